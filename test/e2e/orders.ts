const FAMILY_NAMES = '王李张刘陈杨黄赵吴周';
const GIVEN_NAMES = ['小明', '丽华', '建国', '秀英', '雨桐', '子涵'];
const GOODS = [
  ['SK-01', '氨基酸洁面乳', 89],
  ['SK-02', '神经酰胺面霜', 168],
  ['SK-03', '烟酰胺精华', 199],
  ['SK-04', '物理防晒霜', 129],
  ['SK-05', '玻尿酸面膜', 59],
] as const;
const CUSTOMERS = 60;

const two = (value: number) => String(value).padStart(2, '0');
const goodOf = (at: number) => GOODS[at % GOODS.length]!;

/** Orders of a shop as a merchant's export has them: several lines an order, returns as negative amounts. */
export function ordersFile(): { csv: string; customers: number; orders: number; returns: number } {
  const lines = ['订单号,客户编号,姓名,手机号,商品编号,商品名称,数量,单价,订单时间'];
  let orders = 0;
  let returns = 0;
  for (let customer = 0; customer < CUSTOMERS; customer += 1) {
    const name = FAMILY_NAMES[customer % 10]! + GIVEN_NAMES[Math.floor(customer / 10)]!;
    const who = `M${100 + customer},${name},139${10_000_000 + customer * 137}`;
    for (let order = 0; order <= customer % 3; order += 1) {
      const id = `D${1000 + orders}`;
      const day = two(1 + (customer % 28));
      const time = `${two(9 + (customer % 10))}:${two(orders % 60)}:00`;
      for (let line = 0; line <= orders % 2; line += 1) {
        const [key, title, price] = goodOf(customer + order + line);
        lines.push(`${id},${who},${key},${title},${1 + line},${price},2026-${two(7 + order)}-${day} ${time}`);
      }
      orders += 1;
      if (customer % 5 === 0 && order === 0) {
        const [key, title, price] = goodOf(customer);
        lines.push(`T${id},${who},${key},${title},-1,${price},2026-10-${day} 10:00:00`);
        returns += 1;
      }
    }
  }
  return { csv: lines.join('\n'), customers: CUSTOMERS, orders, returns };
}
