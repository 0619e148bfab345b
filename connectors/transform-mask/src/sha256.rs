//! SHA-256 (FIPS 180-4), for many short values with the same salt before them.
//!
//! The crate `sha2` moves each value through buffers, by instructions that the host carries out in calls out of its compiled code; that
//! takes longer than the digest. Here a value is laid out with its padding once. The tests hold the results against that crate.

use rapidbyte_sdk::arrow::copy_value;

/// A digest, in its eight words.
pub type Digest = [u32; 8];

const BLOCK: usize = 64;
/// What follows a message: one bit, zeros, and in the last block's last bytes its length.
const MARK: u8 = 0x80;
const LENGTH: usize = 8;
const ZEROS: [u8; BLOCK] = [0; BLOCK];

const START: Digest = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
];

#[rustfmt::skip]
const CONSTANTS: [[u32; 16]; 4] = [
    [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
     0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174],
    [0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
     0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967],
    [0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
     0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070],
    [0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
     0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2],
];

/// Digests of values behind a salt.
pub struct Salted {
    /// The state behind the salt's whole blocks, and their bytes.
    state: Digest,
    absorbed: usize,
    /// The rest of the salt, and behind it the value of the day with its padding.
    message: Vec<u8>,
    rest: usize,
}

impl Salted {
    /// `salt` may be empty.
    pub fn new(salt: &[u8]) -> Self {
        let (blocks, rest) = salt.as_chunks::<BLOCK>();
        let absorbed = blocks.len() * BLOCK;
        Self { state: absorb(&START, blocks), absorbed, message: rest.to_vec(), rest: rest.len() }
    }

    /// The digest of the salt and this value.
    pub fn digest(&mut self, value: &[u8]) -> Digest {
        let end = self.rest + value.len();
        let length = (end + 1 + LENGTH).next_multiple_of(BLOCK);
        if self.message.len() < length {
            self.message.resize(length, 0);
        }
        let message = &mut self.message[..length];
        copy_value(value, &mut message[self.rest..end]);
        message[end] = MARK;
        let zeros = &mut message[end + 1..length - LENGTH];
        copy_value(&ZEROS[..zeros.len()], zeros);
        let bits = (self.absorbed + end) as u64 * 8;
        message[length - LENGTH..].copy_from_slice(&bits.to_be_bytes());
        absorb(&self.state, message.as_chunks().0)
    }
}

/// The state behind these blocks. All 64 steps stand one behind the other, so that state and schedule stay in locals.
#[inline(never)]
fn absorb(start: &Digest, blocks: &[[u8; BLOCK]]) -> Digest {
    let mut state = *start;
    for block in blocks {
        let word = |at: usize| u32::from_be_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]]);
        let mut w: [u32; 16] = std::array::from_fn(|index| word(4 * index));
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        macro_rules! step {
            ($k:ident, $i:literal, $a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident) => {
                let mixed = $h
                    .wrapping_add($e.rotate_right(6) ^ $e.rotate_right(11) ^ $e.rotate_right(25))
                    .wrapping_add($g ^ ($e & ($f ^ $g)))
                    .wrapping_add($k[$i])
                    .wrapping_add(w[$i]);
                $d = $d.wrapping_add(mixed);
                $h = mixed
                    .wrapping_add($a.rotate_right(2) ^ $a.rotate_right(13) ^ $a.rotate_right(22))
                    .wrapping_add(($a & $b) | ($c & ($a | $b)));
            };
        }
        macro_rules! sixteen_steps {
            ($turn:literal) => {
                let k = &CONSTANTS[$turn];
                step!(k, 0, a b c d e f g h);
                step!(k, 1, h a b c d e f g);
                step!(k, 2, g h a b c d e f);
                step!(k, 3, f g h a b c d e);
                step!(k, 4, e f g h a b c d);
                step!(k, 5, d e f g h a b c);
                step!(k, 6, c d e f g h a b);
                step!(k, 7, b c d e f g h a);
                step!(k, 8, a b c d e f g h);
                step!(k, 9, h a b c d e f g);
                step!(k, 10, g h a b c d e f);
                step!(k, 11, f g h a b c d e);
                step!(k, 12, e f g h a b c d);
                step!(k, 13, d e f g h a b c);
                step!(k, 14, c d e f g h a b);
                step!(k, 15, b c d e f g h a);
            };
        }
        macro_rules! next_words {
            ($($i:literal)*) => {$(
                let (early, late) = (w[($i + 1) % 16], w[($i + 14) % 16]);
                w[$i] = w[$i]
                    .wrapping_add(early.rotate_right(7) ^ early.rotate_right(18) ^ (early >> 3))
                    .wrapping_add(w[($i + 9) % 16])
                    .wrapping_add(late.rotate_right(17) ^ late.rotate_right(19) ^ (late >> 10));
            )*};
        }
        sixteen_steps!(0);
        next_words!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        sixteen_steps!(1);
        next_words!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        sixteen_steps!(2);
        next_words!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        sixteen_steps!(3);
        let steps = [a, b, c, d, e, f, g, h];
        state = std::array::from_fn(|index| state[index].wrapping_add(steps[index]));
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest as _, Sha256};

    fn hex(digest: Digest) -> String {
        digest.iter().map(|word| format!("{word:08x}")).collect()
    }

    #[test]
    fn digests_are_those_of_the_standard() {
        // The examples of FIPS 180-4: none, one block, two blocks, many.
        let two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        for (value, expected) in [
            (&b""[..], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (two_blocks, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
            (&[b'a'; 1_000_000], "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ] {
            assert_eq!(hex(Salted::new(b"").digest(value)), expected);
        }
    }

    #[test]
    fn salts_and_values_of_all_lengths_around_blocks() {
        let bytes: Vec<u8> = (0..400u32).map(|number| (number * 89 + number / 7) as u8).collect();
        for salt in (0..=130).map(|length| &bytes[..length]) {
            let mut salted = Salted::new(salt);
            // Long before short: what one value leaves behind must not get into the next.
            for value in (0..=130).rev().map(|length| &bytes[200..200 + length]) {
                let expected = format!("{:x}", Sha256::new().chain_update(salt).chain_update(value).finalize());
                assert_eq!(hex(salted.digest(value)), expected, "{} and {} bytes", salt.len(), value.len());
            }
        }
    }
}
