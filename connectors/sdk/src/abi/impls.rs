//! The types that every language of the component model has.

use super::{align_to, max, mem, payload_offset, record_size, variant_size, Abi, Addr};

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Abi for $type {
            const SIZE: usize = std::mem::size_of::<$type>();
            const ALIGN: usize = std::mem::size_of::<$type>();
            const FLAT: usize = 1;

            unsafe fn store(self, at: Addr) {
                // SAFETY: as the caller promises.
                unsafe { mem::write(at, &self.to_le_bytes()) }
            }

            unsafe fn load(at: Addr) -> Self {
                // SAFETY: as the caller promises.
                Self::from_le_bytes(unsafe { mem::read(at) })
            }
        }
    )*};
}

number!(i8, u16, i16, u32, i32, u64, i64, f32, f64);

impl Abi for u8 {
    const SIZE: usize = 1;
    const ALIGN: usize = 1;
    const FLAT: usize = 1;

    unsafe fn store(self, at: Addr) {
        // SAFETY: as the caller promises.
        unsafe { mem::write(at, &[self]) }
    }

    unsafe fn load(at: Addr) -> Self {
        // SAFETY: as the caller promises.
        let [byte] = unsafe { mem::read(at) };
        byte
    }

    // A list of bytes changes hands without a copy: this is how batches travel.
    fn store_list(items: Vec<Self>) -> Addr {
        mem::give_bytes(items)
    }

    unsafe fn load_list(at: Addr, len: usize) -> Vec<Self> {
        // SAFETY: as the caller promises.
        unsafe { mem::take_bytes(at, len) }
    }
}

impl Abi for bool {
    const SIZE: usize = 1;
    const ALIGN: usize = 1;
    const FLAT: usize = 1;

    unsafe fn store(self, at: Addr) {
        // SAFETY: as the caller promises.
        unsafe { u8::from(self).store(at) }
    }

    unsafe fn load(at: Addr) -> Self {
        // SAFETY: as the caller promises.
        unsafe { u8::load(at) != 0 }
    }
}

impl Abi for () {
    const SIZE: usize = 0;
    const ALIGN: usize = 1;
    const FLAT: usize = 0;

    unsafe fn store(self, _at: Addr) {}

    unsafe fn load(_at: Addr) -> Self {}
}

impl<T: Abi> Abi for Vec<T> {
    const SIZE: usize = 8;
    const ALIGN: usize = 4;
    const FLAT: usize = 2;

    unsafe fn store(self, at: Addr) {
        let len = self.len() as u32;
        let items = T::store_list(self);
        // SAFETY: as the caller promises.
        unsafe {
            items.store(at);
            len.store(at + 4);
        }
    }

    unsafe fn load(at: Addr) -> Self {
        // SAFETY: as the caller promises.
        unsafe { T::load_list(u32::load(at), u32::load(at + 4) as usize) }
    }
}

impl Abi for String {
    const SIZE: usize = 8;
    const ALIGN: usize = 4;
    const FLAT: usize = 2;

    unsafe fn store(self, at: Addr) {
        // SAFETY: as the caller promises.
        unsafe { self.into_bytes().store(at) }
    }

    unsafe fn load(at: Addr) -> Self {
        // SAFETY: as the caller promises.
        let bytes = unsafe { Vec::<u8>::load(at) };
        String::from_utf8(bytes).expect("the host passes UTF-8")
    }
}

impl<T: Abi> Abi for Option<T> {
    const SIZE: usize = variant_size(2, T::SIZE, T::ALIGN);
    const ALIGN: usize = T::ALIGN;
    const FLAT: usize = 1 + T::FLAT;

    unsafe fn store(self, at: Addr) {
        // SAFETY: as the caller promises.
        unsafe {
            self.is_some().store(at);
            if let Some(value) = self {
                value.store(at + payload_offset(2, T::ALIGN) as Addr);
            }
        }
    }

    unsafe fn load(at: Addr) -> Self {
        // SAFETY: as the caller promises.
        unsafe { bool::load(at).then(|| T::load(at + payload_offset(2, T::ALIGN) as Addr)) }
    }
}

impl<T: Abi, E: Abi> Abi for Result<T, E> {
    const SIZE: usize = variant_size(2, max(&[T::SIZE, E::SIZE]), Self::ALIGN);
    const ALIGN: usize = max(&[T::ALIGN, E::ALIGN]);
    const FLAT: usize = 1 + max(&[T::FLAT, E::FLAT]);

    unsafe fn store(self, at: Addr) {
        let payload = at + payload_offset(2, Self::ALIGN) as Addr;
        // SAFETY: as the caller promises.
        unsafe {
            self.is_err().store(at);
            match self {
                Ok(value) => value.store(payload),
                Err(error) => error.store(payload),
            }
        }
    }

    unsafe fn load(at: Addr) -> Self {
        let payload = at + payload_offset(2, Self::ALIGN) as Addr;
        // SAFETY: as the caller promises.
        unsafe {
            if bool::load(at) {
                Err(E::load(payload))
            } else {
                Ok(T::load(payload))
            }
        }
    }
}

macro_rules! tuple {
    ($($name:ident $index:tt),+) => {
        impl<$($name: Abi),+> Abi for ($($name,)+) {
            const SIZE: usize = record_size(&[$(($name::SIZE, $name::ALIGN)),+]);
            const ALIGN: usize = max(&[$($name::ALIGN),+]);
            const FLAT: usize = 0 $(+ $name::FLAT)+;

            #[allow(unused_assignments)] // the last offset is not read
            unsafe fn store(self, at: Addr) {
                let mut offset = 0;
                $(
                    offset = align_to(offset, $name::ALIGN);
                    // SAFETY: as the caller promises.
                    unsafe { self.$index.store(at + offset as Addr) };
                    offset += $name::SIZE;
                )+
            }

            #[allow(unused_assignments)] // the last offset is not read
            unsafe fn load(at: Addr) -> Self {
                let mut offset = 0;
                ($({
                    offset = align_to(offset, $name::ALIGN);
                    // SAFETY: as the caller promises.
                    let item = unsafe { $name::load(at + offset as Addr) };
                    offset += $name::SIZE;
                    item
                },)+)
            }
        }
    };
}

tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
