package io.rapidbyte.wasm.abi;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Variants, enums, options and results: a discriminant, and room for the largest payload. */
final class CasesCodec extends Codec {
    private static final int BYTE_CASES = 1 << 8;
    private static final int SHORT_CASES = 1 << 16;

    private final CaseView view;
    private final Codec[] payloads;
    private final int discriminantBytes;
    private final int payloadOffset;

    CasesCodec(CaseView view, List<Codec> payloads) {
        super(sizeOf(payloads), alignOf(payloads), flatten(payloads));
        this.view = view;
        this.payloads = payloads.toArray(Codec[]::new);
        this.discriminantBytes = discriminantBytes(payloads.size());
        this.payloadOffset = payloadOffset(payloads);
    }

    private static int discriminantBytes(int cases) {
        if (cases <= BYTE_CASES) {
            return 1;
        }
        return cases <= SHORT_CASES ? 2 : 4;
    }

    private static int payloadAlign(List<Codec> payloads) {
        return payloads.stream().mapToInt(payload -> payload.align).max().orElse(1);
    }

    private static int payloadOffset(List<Codec> payloads) {
        return alignTo(discriminantBytes(payloads.size()), payloadAlign(payloads));
    }

    private static int alignOf(List<Codec> payloads) {
        return Math.max(discriminantBytes(payloads.size()), payloadAlign(payloads));
    }

    private static int sizeOf(List<Codec> payloads) {
        int largest = payloads.stream().mapToInt(payload -> payload.size).max().orElse(0);
        return alignTo(Math.addExact(payloadOffset(payloads), largest), alignOf(payloads));
    }

    private static List<CoreType> flatten(List<Codec> payloads) {
        List<CoreType> joined = new ArrayList<>();
        for (Codec payload : payloads) {
            for (int i = 0; i < payload.flat.size(); i++) {
                CoreType type = payload.flat.get(i);
                if (i < joined.size()) {
                    joined.set(i, joined.get(i).join(type));
                } else {
                    joined.add(type);
                }
            }
        }
        joined.addFirst(CoreType.I32);
        return joined;
    }

    @Override
    Object load(Transfer transfer, int at) {
        ByteBuffer memory = transfer.bytes();
        int found = checked(
                switch (discriminantBytes) {
                    case 1 -> Byte.toUnsignedInt(memory.get(at));
                    case 2 -> Short.toUnsignedInt(memory.getShort(at));
                    default -> memory.getInt(at);
                });
        try {
            return view.wrap(found, payloads[found].load(transfer, at + payloadOffset));
        } catch (AbiException e) {
            throw e.within(view.name(found));
        }
    }

    @Override
    Object lift(Transfer transfer, long[] core, int at) {
        int found = checked((int) core[at]);
        try {
            return view.wrap(found, payloads[found].lift(transfer, core, at + 1));
        } catch (AbiException e) {
            throw e.within(view.name(found));
        }
    }

    private int checked(int discriminant) {
        if (Integer.compareUnsigned(discriminant, payloads.length) >= 0) {
            throw new AbiException("there is no case %s, only %d cases"
                    .formatted(Integer.toUnsignedString(discriminant), payloads.length));
        }
        return discriminant;
    }

    @Override
    void store(Transfer transfer, int at, Object value) throws Exception {
        int chosen = view.indexOf(value);
        try {
            payloads[chosen].store(transfer, at + payloadOffset, view.payload(value));
        } catch (ReturnedError e) {
            store(transfer, at, instead(chosen, e));
            return;
        } catch (AbiException e) {
            throw e.within(view.name(chosen));
        } catch (HostValueException e) {
            throw e.within(view.name(chosen));
        }
        ByteBuffer memory = transfer.bytes();
        switch (discriminantBytes) {
            case 1 -> memory.put(at, (byte) chosen);
            case 2 -> memory.putShort(at, (short) chosen);
            default -> memory.putInt(at, chosen);
        }
    }

    @Override
    void lower(Transfer transfer, Object value, long[] core, int at) throws Exception {
        int chosen = view.indexOf(value);
        Arrays.fill(core, at + 1, at + flat.size(), 0);
        try {
            payloads[chosen].lower(transfer, view.payload(value), core, at + 1);
        } catch (ReturnedError e) {
            lower(transfer, instead(chosen, e), core, at);
            return;
        } catch (AbiException e) {
            throw e.within(view.name(chosen));
        } catch (HostValueException e) {
            throw e.within(view.name(chosen));
        }
        core[at] = chosen;
    }

    /** Only the ok side of a result can turn into an error; anything else passes the error on. */
    private Object instead(int chosen, ReturnedError error) throws ReturnedError {
        if (view instanceof CaseView.OfResult && chosen == CaseView.OfResult.OK) {
            return WitResult.err(error.value());
        }
        throw error;
    }
}
