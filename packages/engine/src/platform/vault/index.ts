export { newKey, textOfKey } from './keyring.ts';
export { SealedFile, sealStream } from './sealed-file.ts';
export {
  keyStatus,
  type KeyStatus,
  openVault,
  rotateKey,
  sealedFolderOf,
  type TextCipher,
  type Vault,
  vaultOf,
} from './vault.ts';
