import hashlib
import hmac
import os
import random
import secrets
import ssl

import jwt
from Crypto.Cipher import AES, DES
from Crypto.PublicKey import RSA
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY = os.environ["KEY"].encode()
PASSWORD = "hunter2-and-more"  # CWE-798
jwt_secret = os.environ["JWT_SECRET"]


def digests(data, password):
    hashlib.md5(data)  # CWE-328
    hashlib.new("sha1", data)  # CWE-328
    hashlib.md5(data, usedforsecurity=False)
    hashlib.sha256(data)
    hashes.Hash(hashes.MD5())  # CWE-328
    hashlib.pbkdf2_hmac("sha256", password, os.urandom(16), 1000)  # CWE-326
    hashlib.pbkdf2_hmac("sha256", password, os.urandom(16), 600_000)
    hmac.new(b"constant-key", data, "sha256")  # CWE-798


def ciphers():
    DES.new(KEY, DES.MODE_CBC, os.urandom(8))  # CWE-327
    AES.new(KEY, AES.MODE_ECB)  # CWE-327
    AES.new(KEY, AES.MODE_GCM)
    AES.new(KEY, AES.MODE_CBC, b"0123456789abcdef")  # CWE-329
    AES.new(b"0123456789abcdef", AES.MODE_GCM)  # CWE-798
    Cipher(algorithms.AES(KEY), modes.ECB())  # CWE-327
    Cipher(algorithms.AES(KEY), modes.GCM(os.urandom(12)))
    Cipher(algorithms.ARC4(KEY), mode=None)  # CWE-327


def keys():
    RSA.generate(1024)  # CWE-326
    RSA.generate(3072)
    rsa.generate_private_key(public_exponent=65537, key_size=1024)  # CWE-326
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    ec.generate_private_key(ec.SECP192R1())  # CWE-326
    ec.generate_private_key(ec.SECP256R1())


def tokens():
    token = random.randint(0, 999999)  # CWE-330
    other = secrets.randbelow(999999)
    return token, other


def tls():
    ssl.SSLContext(ssl.PROTOCOL_TLSv1)  # CWE-327
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def check(token):
    jwt.decode(token, options={"verify_signature": False})  # CWE-347
    jwt.decode(token, KEY, algorithms=["HS256"])
    jwt.encode({}, "constant-key-of-ours", algorithm="HS256")  # CWE-798
