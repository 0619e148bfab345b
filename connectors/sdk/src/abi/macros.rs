//! Records, enums and variants: declared once, laid out by the compiler.

/// Declares a record of the contract: a struct whose fields cross the boundary in this order.
macro_rules! record {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)+ }

        #[cfg(test)]
        impl $name {
            pub(crate) const SHAPE: &'static str = concat!(
                "record ", stringify!($name), "{", $(stringify!($field), ":", stringify!($type), ","),+, "}"
            );
        }

        impl $crate::abi::Abi for $name {
            const SIZE: usize = $crate::abi::record_size(&[
                $((<$type as $crate::abi::Abi>::SIZE, <$type as $crate::abi::Abi>::ALIGN)),+
            ]);
            const ALIGN: usize = $crate::abi::max(&[$(<$type as $crate::abi::Abi>::ALIGN),+]);
            const FLAT: usize = 0 $(+ <$type as $crate::abi::Abi>::FLAT)+;

            #[allow(unused_assignments)] // the last offset is not read
            unsafe fn store(self, at: $crate::abi::Addr) {
                let mut offset = 0;
                $(
                    offset = $crate::abi::align_to(offset, <$type as $crate::abi::Abi>::ALIGN);
                    // SAFETY: as the caller promises.
                    unsafe { $crate::abi::Abi::store(self.$field, at + offset as $crate::abi::Addr) };
                    offset += <$type as $crate::abi::Abi>::SIZE;
                )+
            }

            #[allow(unused_assignments)] // the last offset is not read
            unsafe fn load(at: $crate::abi::Addr) -> Self {
                let mut offset = 0;
                $(
                    offset = $crate::abi::align_to(offset, <$type as $crate::abi::Abi>::ALIGN);
                    // SAFETY: as the caller promises.
                    let $field = unsafe { <$type as $crate::abi::Abi>::load(at + offset as $crate::abi::Addr) };
                    offset += <$type as $crate::abi::Abi>::SIZE;
                )+
                Self { $($field),+ }
            }
        }
    };
}

/// Declares an enum of the contract. Cases are numbered in order, from 0.
macro_rules! cases {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$case_meta:meta])* $case:ident = $wire:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$case_meta])* $case,)+ }

        #[cfg(test)]
        impl $name {
            pub(crate) const SHAPE: &'static str = concat!("enum ", stringify!($name), "{", $($wire, ","),+, "}");
        }

        impl $name {
            /// Every case, in the contract's order.
            pub const ALL: &'static [Self] = &[$(Self::$case),+];

            /// The case's name in the contract.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$case => $wire),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::abi::Abi for $name {
            const SIZE: usize = 1;
            const ALIGN: usize = 1;
            const FLAT: usize = 1;

            unsafe fn store(self, at: $crate::abi::Addr) {
                // SAFETY: as the caller promises.
                unsafe { (self as u8).store(at) }
            }

            unsafe fn load(at: $crate::abi::Addr) -> Self {
                // SAFETY: as the caller promises.
                let case = unsafe { u8::load(at) };
                Self::ALL[usize::from(case)]
            }
        }
    };
}

/// Declares a variant of the contract. Every case names its payload; `()` where it has none.
macro_rules! variant {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$case_meta:meta])* $case:ident($type:ty) = $number:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name { $($(#[$case_meta])* $case($type),)+ }

        #[cfg(test)]
        impl $name {
            pub(crate) const SHAPE: &'static str = concat!(
                "variant ", stringify!($name), "{", $(stringify!($case), "(", stringify!($type), "),"),+, "}"
            );
        }

        impl $name {
            const CASES: usize = [$($number),+].len();
            const PAYLOAD: $crate::abi::Addr =
                $crate::abi::payload_offset(Self::CASES, <Self as $crate::abi::Abi>::ALIGN) as $crate::abi::Addr;
        }

        impl $crate::abi::Abi for $name {
            const SIZE: usize = $crate::abi::variant_size(
                Self::CASES,
                $crate::abi::max(&[$(<$type as $crate::abi::Abi>::SIZE),+]),
                Self::ALIGN,
            );
            const ALIGN: usize = $crate::abi::max(&[$(<$type as $crate::abi::Abi>::ALIGN),+]);
            const FLAT: usize = 1 + $crate::abi::max(&[$(<$type as $crate::abi::Abi>::FLAT),+]);

            unsafe fn store(self, at: $crate::abi::Addr) {
                match self {
                    $(Self::$case(payload) => {
                        // SAFETY: as the caller promises.
                        unsafe {
                            <u8 as $crate::abi::Abi>::store($number, at);
                            $crate::abi::Abi::store(payload, at + Self::PAYLOAD);
                        }
                    })+
                }
            }

            unsafe fn load(at: $crate::abi::Addr) -> Self {
                // SAFETY: as the caller promises.
                unsafe {
                    match <u8 as $crate::abi::Abi>::load(at) {
                        $($number => Self::$case(<$type as $crate::abi::Abi>::load(at + Self::PAYLOAD)),)+
                        case => panic!("{} has no case {case}", stringify!($name)),
                    }
                }
            }
        }
    };
}
