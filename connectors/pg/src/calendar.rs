//! Days and microseconds as PostgreSQL prints them in ISO style.

use std::io::Write;

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Days since 1970-01-01; the extremes are infinite.
pub fn put_date(days: i32, out: &mut Vec<u8>) {
    match days {
        i32::MAX => out.extend_from_slice(b"infinity"),
        i32::MIN => out.extend_from_slice(b"-infinity"),
        _ => {
            let date = Date::of(i64::from(days));
            date.put(out);
            date.put_era(out);
        }
    }
}

/// Microseconds since 1970-01-01T00:00; the extremes are infinite.
pub fn put_timestamp(micros: i64, zoned: bool, out: &mut Vec<u8>) {
    match micros {
        i64::MAX => out.extend_from_slice(b"infinity"),
        i64::MIN => out.extend_from_slice(b"-infinity"),
        _ => {
            let date = Date::of(micros.div_euclid(MICROS_PER_DAY));
            date.put(out);
            out.push(b' ');
            put_time(micros.rem_euclid(MICROS_PER_DAY), out);
            if zoned {
                out.extend_from_slice(b"+00");
            }
            date.put_era(out);
        }
    }
}

/// Microseconds since midnight.
pub fn put_time(micros: i64, out: &mut Vec<u8>) {
    let (seconds, micros) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    put(out, format_args!("{:02}:{:02}:{:02}.{micros:06}", seconds / 3600, seconds / 60 % 60, seconds % 60));
}

struct Date {
    /// Astronomical: year 0 is 1 BC.
    year: i64,
    month: i64,
    day: i64,
}

impl Date {
    /// The Gregorian calendar in both directions, as PostgreSQL has it. Years are counted from
    /// March, so that the leap day is a year's last, in eras of 400 years.
    fn of(days: i64) -> Date {
        const DAYS_PER_ERA: i64 = 146_097;
        /// From 0000-03-01 to 1970-01-01.
        const FROM_MARCH_0: i64 = 719_468;
        let shifted = days + FROM_MARCH_0;
        let (era, day_of_era) = (shifted.div_euclid(DAYS_PER_ERA), shifted.rem_euclid(DAYS_PER_ERA));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Date { year, month, day }
    }

    fn put(&self, out: &mut Vec<u8>) {
        let year = if self.year > 0 { self.year } else { 1 - self.year };
        put(out, format_args!("{year:04}-{:02}-{:02}", self.month, self.day));
    }

    fn put_era(&self, out: &mut Vec<u8>) {
        if self.year <= 0 {
            out.extend_from_slice(b" BC");
        }
    }
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to memory cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(days: i32) -> String {
        let mut out = Vec::new();
        put_date(days, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn dates_are_printed_in_every_era() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(10_957), "2000-01-01");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(date(-719_162), "0001-01-01");
        assert_eq!(date(-719_163), "0001-12-31 BC");
        assert_eq!(date(-719_528), "0001-01-01 BC");
        assert_eq!(date(2_932_897), "10000-01-01");
        assert_eq!(date(i32::MAX), "infinity");
        assert_eq!(date(i32::MIN), "-infinity");
    }

    #[test]
    fn timestamps_are_printed_to_the_microsecond() {
        let mut out = Vec::new();
        put_timestamp(-1, true, &mut out);
        assert_eq!(out, b"1969-12-31 23:59:59.999999+00");
    }
}
