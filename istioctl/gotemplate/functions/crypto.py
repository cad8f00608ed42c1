"""sprig's random values, passwords, keys and certificates (`crypto.go`, `strings.go`).

What goes beyond Python's own library needs the packages `cryptography` and `bcrypt`, which are imported when a template
asks for it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import string
import uuid
from typing import TYPE_CHECKING, Any

from istioctl.golang import types
from istioctl.golang.budget import ITEM, Text, check_size, take, work
from istioctl.golang.types import STRING, CallError
from istioctl.golang.values import decode, encode, make
from istioctl.gotemplate.functions.encoding import decode_base64
from istioctl.gotemplate.functions.table import FunctionTable

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

TABLE = FunctionTable()

CERTIFICATE = types.struct("sprig.certificate", {"Cert": STRING, "Key": STRING})

_AT_ONCE = 4096
_COSTLY = 10_000  # steps that a key or a password's hash is worth
_ASCII = "".join(map(chr, range(32, 127)))
_SEED = b"com.lyndir.masterpassword"
_TEMPLATES = {
    "maximum": "anoxxxxxxxxxxxxxxxxx axxxxxxxxxxxxxxxxxno",
    "long": (
        "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv "
        "CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv "
        "CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno"
    ),
    "medium": "CvcnoCvc CvcCvcno",
    "short": "Cvcn",
    "basic": "aaanaaan aannaaan aaannaaa",
    "pin": "nnnn",
}
_VOWELS, _CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"
_LETTERS = _VOWELS.upper() + _VOWELS + _CONSONANTS.upper() + _CONSONANTS
_CHARACTERS = {
    "V": _VOWELS.upper(),
    "C": _CONSONANTS.upper(),
    "v": _VOWELS,
    "c": _CONSONANTS,
    "A": _VOWELS.upper() + _CONSONANTS.upper(),
    "a": _LETTERS,
    "n": string.digits,
    "o": "@&%?,=[]_:-+*$#!'^~;()/.",
    "x": _LETTERS + string.digits + "!@#$%^&*()",
}


def _missing(package: str) -> CallError:
    return CallError(f"the Python package {package} is needed for this function; install it with pip install {package}")


def _random_text(count: int, characters: str) -> str:
    if count < 0:
        return ""
    check_size(count)
    made = Text()
    choices = secrets.SystemRandom().choices
    for start in range(0, count, _AT_ONCE):
        work(_AT_ONCE)
        made.write("".join(choices(characters, k=min(_AT_ONCE, count - start))))
    return str(made)


@TABLE.function("randAlphaNum", "int")
def rand_alpha_num(count: int) -> str:
    """Random letters and digits."""
    return _random_text(count, string.ascii_letters + string.digits)


@TABLE.function("randAlpha", "int")
def rand_alpha(count: int) -> str:
    """Random letters."""
    return _random_text(count, string.ascii_letters)


@TABLE.function("randNumeric", "int")
def rand_numeric(count: int) -> str:
    """Random digits."""
    return _random_text(count, string.digits)


@TABLE.function("randAscii", "int")
def rand_ascii(count: int) -> str:
    """Random printable ASCII characters."""
    return _random_text(count, _ASCII)


@TABLE.function("randBytes", "int")
def rand_bytes(count: int) -> str:
    """Random bytes in base64."""
    if count < 0:
        raise CallError("runtime error: makeslice: len out of range")
    check_size(count)
    return base64.b64encode(secrets.token_bytes(int(count))).decode()


@TABLE.function("shuffle", "string")
def shuffle(text: str) -> str:
    """The characters in random order."""
    work(len(text))
    take(ITEM * len(text))
    characters = list(text)
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


@TABLE.function("uuidv4", "")
def uuidv4() -> str:
    """A random UUID."""
    return str(uuid.uuid4())


@TABLE.function("bcrypt", "string")
def bcrypt_hash(password: str) -> str:
    """The password's bcrypt hash."""
    raw = encode(password)
    work(_COSTLY)
    if len(raw) > 72:
        return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
    try:
        import bcrypt
    except ImportError:
        raise _missing("bcrypt") from None
    return bcrypt.hashpw(raw, bcrypt.gensalt(10, prefix=b"2a")).decode()


@TABLE.function("htpasswd", "string, string")
def htpasswd(user: str, password: str) -> str:
    """A line of an htpasswd file."""
    return f"invalid username: {user}" if ":" in user else f"{user}:{bcrypt_hash(password)}"


@TABLE.function("derivePassword", "uint32, string, string, string, string")
def derive_password(counter: int, kind: str, password: str, user: str, site: str) -> str:
    """The Master Password of a site."""
    work(_COSTLY)
    if kind not in _TEMPLATES:
        return f"cannot find password template {kind}"
    salt = _SEED + len(encode(user)).to_bytes(4, "big") + encode(user)
    key = hashlib.scrypt(encode(password), salt=salt, n=32768, r=8, p=2, maxmem=1 << 26, dklen=64)
    message = _SEED + len(encode(site)).to_bytes(4, "big") + encode(site) + int(counter).to_bytes(4, "big")
    seed = hmac.digest(key, message, "sha256")
    templates = _TEMPLATES[kind].split()
    chosen = templates[seed[0] % len(templates)]
    sets = [_CHARACTERS[place] for place in chosen]
    return "".join(characters[byte % len(characters)] for characters, byte in zip(sets, seed[1:], strict=False))


def _cipher(password: str, start: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    except ImportError:
        raise _missing("cryptography") from None
    key = encode(password)[:32].ljust(32, b"\0")
    return Cipher(algorithms.AES(key), modes.CBC(start))


@TABLE.function("encryptAES", "string, string")
def encrypt_aes(password: str, text: str) -> str:
    """The text encrypted by AES-256-CBC, in base64 behind its start vector."""
    if not text:
        return ""
    raw = encode(text)
    padding = 16 - len(raw) % 16
    start = secrets.token_bytes(16)
    encryptor = _cipher(password, start).encryptor()
    return base64.b64encode(start + encryptor.update(raw + bytes([padding]) * padding) + encryptor.finalize()).decode()


@TABLE.function("decryptAES", "string, string")
def decrypt_aes(password: str, text: str) -> str:
    """What encryptAES encrypted."""
    if not text:
        return ""
    try:
        raw = decode_base64(text)
    except ValueError as error:
        raise CallError(str(error)) from None
    if len(raw) < 16:
        raise CallError(f"runtime error: slice bounds out of range [:16] with capacity {len(raw)}")
    if len(raw) % 16:
        raise CallError("crypto/cipher: input not full blocks")
    if len(raw) == 16:
        raise CallError("runtime error: index out of range [-1]")
    decryptor = _cipher(password, raw[:16]).decryptor()
    plain = decryptor.update(raw[16:]) + decryptor.finalize()
    if plain[-1] > len(plain):
        raise CallError(f"runtime error: slice bounds out of range [:{len(plain) - plain[-1]}]")
    return decode(plain[: len(plain) - plain[-1]])


def _keys() -> Any:
    work(_COSTLY)
    try:
        from istioctl.gotemplate.functions import certificates
    except ImportError:
        raise _missing("cryptography") from None
    return certificates


@TABLE.function("genPrivateKey", "string")
def gen_private_key(kind: str) -> str:
    """A new private key in PEM: `rsa` (or empty), `ecdsa`, `ed25519` or `dsa`."""
    if kind not in ("", "rsa", "dsa", "ecdsa", "ed25519"):
        return f"Unknown type {kind}"
    return str(_keys().new_private_key(kind or "rsa"))


def _certificate(cert: str, key: str) -> object:
    return make(CERTIFICATE, {"Cert": cert, "Key": key})


@TABLE.function("buildCustomCert", "string, string")
def build_custom_cert(cert: str, key: str) -> object:
    """A certificate and its key out of base64."""
    texts = []
    for text, what in ((cert, "certificate"), (key, "private key")):
        try:
            texts.append(decode(decode_base64(text)))
        except ValueError:
            raise CallError(f"unable to decode base64 {what}") from None
    _keys().read_certificate(texts[0], "decodedCert")
    _keys().read_private_key(texts[1], "error parsing private key")
    return _certificate(*texts)


@TABLE.function("genCA", "string, int")
def gen_ca(name: str, days: int) -> object:
    """A new certificate authority."""
    return _certificate(*_keys().issue(name, (), (), days, authority=True))


@TABLE.function("genCAWithKey", "string, int, string")
def gen_ca_with_key(name: str, days: int, key: str) -> object:
    """A new certificate authority with a given key."""
    signee = _keys().read_private_key(key, "parsing private key")
    return _certificate(*_keys().issue(name, (), (), days, key=signee, authority=True))


@TABLE.function("genSelfSignedCert", "string, []any, []any, int")
def gen_self_signed_cert(name: str, ips: list[object], names: list[object], days: int) -> object:
    """A new certificate that its own key signs."""
    return _certificate(*_keys().issue(name, ips, names, days))


@TABLE.function("genSelfSignedCertWithKey", "string, []any, []any, int, string")
def gen_self_signed_cert_with_key(name: str, ips: list[object], names: list[object], days: int, key: str) -> object:
    """A new certificate for a given key, which signs it."""
    signee = _keys().read_private_key(key, "parsing private key")
    return _certificate(*_keys().issue(name, ips, names, days, key=signee))


@TABLE.function("genSignedCert", "string, []any, []any, int, sprig.certificate")
def gen_signed_cert(name: str, ips: list[object], names: list[object], days: int, authority: dict[str, str]) -> object:
    """A new certificate that an authority signs."""
    return _certificate(*_keys().issue(name, ips, names, days, signer=_signer(authority)))


@TABLE.function("genSignedCertWithKey", "string, []any, []any, int, sprig.certificate, string")
def gen_signed_cert_with_key(
    name: str, ips: list[object], names: list[object], days: int, authority: dict[str, str], key: str
) -> object:
    """A new certificate for a given key that an authority signs."""
    signee = _keys().read_private_key(key, "parsing private key")
    return _certificate(*_keys().issue(name, ips, names, days, key=signee, signer=_signer(authority)))


def _signer(authority: dict[str, str]) -> tuple[Certificate, Any]:
    certificate = _keys().read_certificate(authority["Cert"], "decodedSignerCert")
    return certificate, _keys().read_private_key(authority["Key"], "error parsing private key")
