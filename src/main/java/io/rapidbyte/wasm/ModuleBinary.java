package io.rapidbyte.wasm;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the host must know of a module before it runs: its imports and exports with their types, and
 * where its limits stand, so that they can be narrowed. Everything else is left to the engine. The form
 * is that of "Binary Format" in the WebAssembly core specification.
 */
final class ModuleBinary {
    static final int PAGE_BYTES = 1 << 16;

    /** More than any connector has; keeps a wrong file from being read for long. */
    private static final int MAX_BYTES = 64 << 20;

    private static final int HEADER_BYTES = 8;
    private static final int CORE_LAYER = 0;
    private static final int COMPONENT_LAYER = 1;

    private static final int TYPES = 1;
    private static final int IMPORTS = 2;
    private static final int FUNCTIONS = 3;
    private static final int TABLES = 4;
    private static final int MEMORIES = 5;
    private static final int EXPORTS = 7;
    private static final int START = 8;

    private final byte[] bytes;
    private final List<String> types = new ArrayList<>();
    private final List<String> functions = new ArrayList<>();
    private final List<GuestModule.Item> imports = new ArrayList<>();
    private final List<GuestModule.Item> exports = new ArrayList<>();
    private final List<Limits> tables = new ArrayList<>();
    private final List<Limits> memories = new ArrayList<>();

    /** The size that a memory or table starts with, and where its declaration stands. */
    record Limits(int prefixFrom, int limitsFrom, int limitsTo, long min, long max) {}

    private record Section(int id, int headerFrom, int from, int to) {}

    private final List<Section> sections = new ArrayList<>();

    private ModuleBinary(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads the outline of a module.
     *
     * @throws ModuleRefused if it is not a core module, or uses what the host does not allow
     */
    static ModuleBinary read(byte[] bytes) {
        ModuleBinary module = new ModuleBinary(bytes);
        module.checkHeader();
        BinaryReader reader = new BinaryReader(bytes, HEADER_BYTES, bytes.length);
        while (!reader.atEnd()) {
            int header = reader.position();
            int id = reader.octet();
            int length = reader.length();
            int from = reader.position();
            module.sections.add(new Section(id, header, from, from + length));
            module.section(id, new BinaryReader(bytes, from, from + length));
            reader.skip(length);
        }
        return module;
    }

    private void checkHeader() {
        if (bytes.length > MAX_BYTES) {
            throw new ModuleRefused("it is larger than " + MAX_BYTES + " bytes");
        }
        boolean magic =
                bytes.length >= HEADER_BYTES && bytes[0] == 0 && bytes[1] == 'a' && bytes[2] == 's' && bytes[3] == 'm';
        if (!magic) {
            throw new ModuleRefused("it is not a WebAssembly binary");
        }
        int layer = bytes[6] | (bytes[7] << 8);
        if (layer == COMPONENT_LAYER) {
            throw new ModuleRefused("it is a component, where a core module must be");
        }
        if (bytes[4] != 1 || bytes[5] != 0 || layer != CORE_LAYER) {
            throw new ModuleRefused("its binary format is not version 1 of WebAssembly");
        }
    }

    List<GuestModule.Item> imports() {
        return List.copyOf(imports);
    }

    List<GuestModule.Item> exports() {
        return List.copyOf(exports);
    }

    /** The pages that the module's memory starts with. */
    long initialPages() {
        return memories.isEmpty() ? 0 : memories.getFirst().min();
    }

    private void section(int id, BinaryReader reader) {
        switch (id) {
            case TYPES -> each(reader, () -> types.add(functionType(reader)));
            case IMPORTS -> each(reader, () -> imports.add(readImport(reader)));
            case FUNCTIONS -> each(reader, () -> functions.add(type(reader.u32())));
            case TABLES -> each(reader, () -> tables.add(table(reader)));
            case MEMORIES -> each(reader, () -> memories.add(memory(reader)));
            case EXPORTS -> each(reader, () -> exports.add(readExport(reader)));
            case START ->
                throw new ModuleRefused(
                        "it has a start function, which would run before anybody could stop it; it must export _initialize instead");
            default -> {
                // Code, data and custom sections are the engine's to judge.
            }
        }
    }

    private static void each(BinaryReader reader, Runnable item) {
        for (long left = reader.u32(); left > 0; left--) {
            item.run();
        }
    }

    private String type(long index) {
        if (index >= types.size()) {
            throw new ModuleRefused("it has no type " + index);
        }
        return types.get((int) index);
    }

    private static String functionType(BinaryReader reader) {
        int form = reader.octet();
        if (form != 0x60) {
            throw new ModuleRefused("it uses garbage-collected types, which are not supported");
        }
        return valueTypes(reader) + " -> " + valueTypes(reader);
    }

    private static String valueTypes(BinaryReader reader) {
        return IntStream.range(0, reader.length())
                .mapToObj(i -> valueType(reader.octet()))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String valueType(int code) {
        return switch (code) {
            case 0x7F -> "i32";
            case 0x7E -> "i64";
            case 0x7D -> "f32";
            case 0x7C -> "f64";
            case 0x7B -> "v128";
            case 0x70 -> "funcref";
            case 0x6F -> "externref";
            default -> throw new ModuleRefused("it uses the value type 0x%x, which is not supported".formatted(code));
        };
    }

    private GuestModule.Item readImport(BinaryReader reader) {
        String module = reader.name();
        String name = reader.name();
        int kind = reader.octet();
        if (kind != 0) {
            throw new ModuleRefused(
                    "it imports '%s' from '%s', which is not a function; its memory and tables must be its own"
                            .formatted(name, module));
        }
        String type = type(reader.u32());
        functions.add(type);
        return new GuestModule.Item(module, name, type);
    }

    private GuestModule.Item readExport(BinaryReader reader) {
        String name = reader.name();
        int kind = reader.octet();
        long index = reader.u32();
        return new GuestModule.Item(
                "",
                name,
                switch (kind) {
                    case 0 -> function(index);
                    case 1 -> "table";
                    case 2 -> "memory";
                    case 3 -> "global";
                    default -> throw new ModuleRefused("it exports '" + name + "' of an unknown kind");
                });
    }

    private String function(long index) {
        if (index >= functions.size()) {
            throw new ModuleRefused("it has no function " + index);
        }
        return functions.get((int) index);
    }

    private static Limits table(BinaryReader reader) {
        int from = reader.position();
        valueType(reader.octet());
        return limits(reader, from, "table");
    }

    private Limits memory(BinaryReader reader) {
        if (!memories.isEmpty()) {
            throw new ModuleRefused("it has more than one memory");
        }
        return limits(reader, reader.position(), "memory");
    }

    private static Limits limits(BinaryReader reader, int from, String what) {
        int limitsFrom = reader.position();
        int flags = reader.octet();
        if (flags > 1) {
            throw new ModuleRefused("its " + what + " is shared or has 64-bit addresses");
        }
        long min = reader.u32();
        long max = flags == 1 ? reader.u32() : Long.MAX_VALUE;
        return new Limits(from, limitsFrom, reader.position(), min, max);
    }

    /**
     * The same module with its limits narrowed. They are part of the module, so the engine upholds them
     * from the first instruction on.
     *
     * @throws GuestOutOfMemory if it starts with more
     */
    byte[] limited(int memoryPagesMax, int tableElementsMax) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 64);
        out.write(bytes, 0, HEADER_BYTES);
        for (Section section : sections) {
            switch (section.id()) {
                case TABLES -> writeLimits(out, section, tables, tableElementsMax);
                case MEMORIES -> writeLimits(out, section, memories, memoryPagesMax);
                default -> out.write(bytes, section.headerFrom(), section.to() - section.headerFrom());
            }
        }
        return out.toByteArray();
    }

    private void writeLimits(ByteArrayOutputStream out, Section section, List<Limits> limits, long max) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writeU32(body, limits.size());
        for (Limits each : limits) {
            if (each.min() > max) {
                throw startsAboveLimit(section, each.min(), max);
            }
            body.write(bytes, each.prefixFrom(), each.limitsFrom() - each.prefixFrom());
            body.write(1);
            writeU32(body, each.min());
            writeU32(body, Math.min(each.max(), max));
        }
        out.write(section.id());
        writeU32(out, body.size());
        out.writeBytes(body.toByteArray());
    }

    private static GuestException startsAboveLimit(Section section, long min, long max) {
        if (section.id() == TABLES) {
            return new ModuleRefused("it starts with a table of " + min + " elements; the limit is " + max);
        }
        return new GuestOutOfMemory(
                "the module starts with %d bytes of memory; the limit is %d"
                        .formatted(min * PAGE_BYTES, max * PAGE_BYTES),
                max * PAGE_BYTES);
    }

    private static void writeU32(ByteArrayOutputStream out, long value) {
        long left = value;
        while (left >= 0x80) {
            out.write((int) ((left & 0x7F) | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }
}
