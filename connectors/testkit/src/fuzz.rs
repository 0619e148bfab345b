use std::env;
use std::thread;
use std::time::{Duration, Instant};

/// Bytes that lie beside limits.
const TELLING: [u8; 8] = [0, 1, 4, 0x7F, 0x80, 0xFE, 0xFF, b'Z'];

/// A small generator of the kind called SplitMix64; good enough to choose places and bytes, and every failure can be
/// replayed from its seed.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    /// Changes up to four places: bits, bytes, numbers; cuts off, leaves out, puts in.
    fn change(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            if bytes.is_empty() {
                return;
            }
            let at = self.below(bytes.len());
            let end = (at + self.below(20)).min(bytes.len());
            match self.below(8) {
                0 | 1 => bytes[at] ^= 1 << self.below(8),
                2 => bytes[at] = self.next() as u8,
                3 => bytes[at] = TELLING[self.below(TELLING.len())],
                4 => {
                    let number = TELLING[self.below(TELLING.len())];
                    bytes[at..end.min(at + 4)].fill(number);
                }
                5 => bytes.truncate(at),
                6 => drop(bytes.drain(at..end)),
                _ => {
                    let some: Vec<u8> = (at..end).map(|_| self.next() as u8).collect();
                    drop(bytes.splice(at..at, some));
                }
            }
        }
    }
}

/// Hands changed samples to a parser, which may do with them what it likes but panic. By default always the same
/// changes, `rounds` of them; with `FUZZ_MINUTES=n` new ones for so long. `FUZZ_SEED` replays a round that failed.
pub fn feed(samples: &[Vec<u8>], rounds: u64, mut parser: impl FnMut(Vec<u8>)) {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("FUZZ_SEED") {
        return eat(samples, seed, &mut parser);
    }
    let Some(minutes) = number("FUZZ_MINUTES") else {
        return (0..rounds).for_each(|seed| eat(samples, seed, &mut parser));
    };
    let start = Instant::now();
    // Far from the seeds of every build.
    let mut seed = u64::from(std::process::id()) << 40;
    while start.elapsed() < Duration::from_secs(60 * minutes) {
        seed += 1;
        eat(samples, seed, &mut parser);
    }
}

fn eat(samples: &[Vec<u8>], seed: u64, parser: &mut impl FnMut(Vec<u8>)) {
    let mut random = Random(seed);
    let mut bytes = samples[random.below(samples.len())].clone();
    random.change(&mut bytes);
    let told = Told(seed);
    parser(bytes);
    drop(told);
}

/// Says which round it was that panicked.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("FUZZ_SEED={}", self.0);
        }
    }
}
