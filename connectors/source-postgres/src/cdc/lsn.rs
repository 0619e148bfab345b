//! Places in the write-ahead log.

use std::fmt;

/// A place in the server's log, in bytes from its beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lsn(pub u64);

impl Lsn {
    /// Reads PostgreSQL's own form: two hexadecimal numbers of 32 bits.
    pub fn parse(text: &str) -> Option<Lsn> {
        let (high, low) = text.split_once('/')?;
        let half = |digits: &str| {
            let plain = (1..=8).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            plain.then(|| u64::from_str_radix(digits, 16).ok()).flatten()
        };
        Some(Lsn(half(high)? << 32 | half(low)?))
    }

    /// All digits: such texts are in the places' order, byte by byte, and PostgreSQL reads them too.
    pub fn padded(self) -> String {
        format!("{:08X}/{:08X}", self.0 >> 32, self.0 & 0xFFFF_FFFF)
    }
}

/// As PostgreSQL prints it.
impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xFFFF_FFFF)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_and_printed_as_postgresql_does() {
        for (text, place, padded) in [
            ("0/0", 0, "00000000/00000000"),
            ("16/B374D848", 0x16_B374_D848, "00000016/B374D848"),
            ("FFFFFFFF/FFFFFFFF", u64::MAX, "FFFFFFFF/FFFFFFFF"),
        ] {
            assert_eq!(Lsn::parse(text), Some(Lsn(place)));
            assert_eq!(Lsn(place).to_string(), text);
            assert_eq!(Lsn(place).padded(), padded);
            assert_eq!(Lsn::parse(padded), Some(Lsn(place)));
        }
        for wrong in ["", "0", "/", "0/", "/0", "0/0/0", "0/123456789", "-1/0", "+1/0", "g/0", " 0/0"] {
            assert_eq!(Lsn::parse(wrong), None, "{wrong:?}");
        }
    }
}
