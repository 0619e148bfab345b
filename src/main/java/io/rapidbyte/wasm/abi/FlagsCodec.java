package io.rapidbyte.wasm.abi;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A set of bits; at most 32, the ABI's own limit. */
final class FlagsCodec extends Codec {
    private static final int MAX_FLAGS = 32;

    private final List<String> names;

    FlagsCodec(WitType.FlagsOf type) {
        super(bytes(type), bytes(type), List.of(CoreType.I32));
        this.names = type.flags();
    }

    private static int bytes(WitType.FlagsOf type) {
        int count = type.flags().size();
        if (count > MAX_FLAGS) {
            throw new IllegalArgumentException(type.name() + " has more than " + MAX_FLAGS + " flags");
        }
        if (count <= Byte.SIZE) {
            return 1;
        }
        return count <= Short.SIZE ? 2 : 4;
    }

    @Override
    Object load(Transfer transfer, int at) {
        return fromBits(
                switch (size) {
                    case 1 -> transfer.bytes().get(at);
                    case 2 -> transfer.bytes().getShort(at);
                    default -> transfer.bytes().getInt(at);
                });
    }

    @Override
    void store(Transfer transfer, int at, Object value) {
        int bits = toBits(value);
        switch (size) {
            case 1 -> transfer.bytes().put(at, (byte) bits);
            case 2 -> transfer.bytes().putShort(at, (short) bits);
            default -> transfer.bytes().putInt(at, bits);
        }
    }

    @Override
    Object lift(Transfer transfer, long[] core, int at) {
        return fromBits((int) core[at]);
    }

    @Override
    void lower(Transfer transfer, Object value, long[] core, int at) {
        core[at] = Integer.toUnsignedLong(toBits(value));
    }

    /** Bits without a name are dropped, as the ABI says. */
    private WitFlags fromBits(int bits) {
        Set<String> set = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            if (((bits >>> i) & 1) != 0) {
                set.add(names.get(i));
            }
        }
        return new WitFlags(set);
    }

    private int toBits(Object value) {
        if (!(value instanceof WitFlags(Set<String> set))) {
            throw HostValueException.mismatch("a WitFlags", value);
        }
        int bits = 0;
        for (String name : set) {
            int place = names.indexOf(name);
            if (place < 0) {
                throw new HostValueException("there is no flag '" + name + "'");
            }
            bits |= 1 << place;
        }
        return bits;
    }
}
