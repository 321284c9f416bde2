export { newKey, textOfKey } from './keyring.ts';
export { SealedFile, sealStream } from './sealed-file.ts';
export { adoptSealedKey, type WrappedKey, wrappedKey } from './envelope.ts';
export {
  adoptKey,
  holdsSameKey,
  keyStatus,
  type KeyStatus,
  openVault,
  rotateKey,
  sealedFolderOf,
  type TextCipher,
  type Vault,
  vaultOf,
  vaultOfCopy,
  wrappedKeyOf,
} from './vault.ts';
