package io.rapidbyte.wasm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * A component file, as stock tools make it from a core module: the module wrapped, with what it imports and exports in the
 * component model's terms. This host runs core modules and needs the wrapping only to see what was asked for. The form is that of
 * "Component Model Binary Format". Hostile input (I30): every length is checked, nothing is followed.
 */
public final class ComponentFile {
    private static final byte[] HEADER = {0, 'a', 's', 'm', 0x0D, 0, 1, 0};

    /** Those of a wrapped module take some thirty; more is a program of its own. */
    private static final int MAX_SECTIONS = 1_000;

    private static final int MAX_MODULES = 100;
    private static final int MAX_IMPORTS = 1_000;

    private static final int CORE_MODULE = 1;
    private static final int IMPORTS = 10;
    private static final int LAST_SECTION = 12;

    /** A section of a core module. */
    private static final int CORE_EXPORTS = 7;

    private static final int CORE_SORT = 0x00;
    private static final int CORE_MODULE_SORT = 0x11;
    private static final int FUNCTION = 0x01;
    private static final int TYPE = 0x03;
    private static final int COMPONENT = 0x04;
    private static final int INSTANCE = 0x05;

    private final byte[] bytes;
    private final List<byte[]> modules = new ArrayList<>();
    private final List<String> imports = new ArrayList<>();

    private ComponentFile(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * The core module to run: {@code file} itself, or the one inside if it is a component.
     *
     * @param ours whether an interface, such as {@code wasi:cli/exit@0.2.0}, is one that the host serves and the module exports
     * @throws ModuleRefused if the component is malformed, imports what the host does not serve, or wraps no module that exports
     *     an interface of ours
     */
    public static byte[] unwrap(byte[] file, Predicate<String> ours) {
        if (file.length < HEADER.length || !Arrays.equals(file, 0, HEADER.length, HEADER, 0, HEADER.length)) {
            return file;
        }
        ComponentFile component = new ComponentFile(file);
        component.read();
        for (String name : component.imports) {
            if (!ours.test(name)) {
                throw new ModuleRefused(
                        "it is a component that imports '" + name
                                + "', which this host does not serve; wrap the module without an adapter for WASI, or ship the core module");
            }
        }
        return component.main(ours);
    }

    private void read() {
        BinaryReader reader = new BinaryReader(bytes, HEADER.length, bytes.length);
        for (int sections = 0; !reader.atEnd(); sections++) {
            if (sections == MAX_SECTIONS) {
                throw new ModuleRefused("it is a component of more than " + MAX_SECTIONS + " sections");
            }
            int id = reader.octet();
            int length = reader.length();
            int from = reader.position();
            section(id, from, from + length);
            reader.skip(length);
        }
    }

    private void section(int id, int from, int to) {
        if (id > LAST_SECTION) {
            throw new ModuleRefused("it is a component with a section of unknown kind " + id);
        }
        if (id == CORE_MODULE) {
            if (modules.size() == MAX_MODULES) {
                throw new ModuleRefused("it is a component of more than " + MAX_MODULES + " modules");
            }
            modules.add(Arrays.copyOfRange(bytes, from, to));
        } else if (id == IMPORTS) {
            imports(new BinaryReader(bytes, from, to));
        }
    }

    private void imports(BinaryReader reader) {
        for (long left = reader.u32(); left > 0; left--) {
            if (imports.size() == MAX_IMPORTS) {
                throw new ModuleRefused("it is a component of more than " + MAX_IMPORTS + " imports");
            }
            int form = reader.octet();
            if (form > 1) {
                throw new ModuleRefused("it is a component with an import name of unknown form " + form);
            }
            String name = reader.name();
            imports.add(name);
            skipDescription(reader, name);
        }
        if (!reader.atEnd()) {
            throw new ModuleRefused("it is a component with bytes behind its imports");
        }
    }

    private static void skipDescription(BinaryReader reader, String name) {
        int sort = reader.octet();
        switch (sort) {
            case CORE_SORT -> {
                if (reader.octet() != CORE_MODULE_SORT) {
                    throw new ModuleRefused("it is a component whose import '" + name + "' is of an unknown kind");
                }
                reader.u32();
            }
            case FUNCTION, COMPONENT, INSTANCE -> reader.u32();
            case TYPE -> {
                if (reader.octet() == 0) {
                    reader.u32();
                }
            }
            default ->
                throw new ModuleRefused("it is a component whose import '" + name + "' is of the unknown kind " + sort);
        }
    }

    /** Adapters and shims lie beside it; only the main module exports the contract's functions. */
    private byte[] main(Predicate<String> ours) {
        List<byte[]> found = modules.stream()
                .filter(module -> exportsOf(module).stream().anyMatch(name -> isOf(name, ours)))
                .toList();
        if (found.size() != 1) {
            throw new ModuleRefused("it is a component of " + modules.size() + " core modules, of which " + found.size()
                    + " export functions of the contract; one must");
        }
        return found.getFirst();
    }

    /** No more than the names: a shim uses what no connector may, and is not run. */
    private static List<String> exportsOf(byte[] module) {
        List<String> names = new ArrayList<>();
        BinaryReader reader = new BinaryReader(module, 0, module.length);
        for (int i = 0; i < HEADER.length; i++) {
            reader.octet();
        }
        while (!reader.atEnd()) {
            int id = reader.octet();
            int length = reader.length();
            if (id == CORE_EXPORTS) {
                BinaryReader section = new BinaryReader(module, reader.position(), reader.position() + length);
                for (long left = section.u32(); left > 0; left--) {
                    names.add(section.name());
                    section.octet();
                    section.u32();
                }
            }
            reader.skip(length);
        }
        return names;
    }

    private static boolean isOf(String export, Predicate<String> ours) {
        int hash = export.indexOf('#');
        return hash > 0 && ours.test(export.substring(0, hash));
    }
}
