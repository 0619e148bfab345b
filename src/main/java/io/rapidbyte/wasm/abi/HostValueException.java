package io.rapidbyte.wasm.abi;

/** The host handed over a value that is not one of the declared WIT type: a defect on this side. */
public final class HostValueException extends IllegalArgumentException {
    private final String path;
    private final String problem;

    HostValueException(String problem) {
        this("", problem);
    }

    private HostValueException(String path, String problem) {
        super(path.isEmpty() ? problem : path + ": " + problem);
        this.path = path;
        this.problem = problem;
    }

    static HostValueException mismatch(String expected, Object value) {
        return new HostValueException(
                "expected " + expected + ", got " + value.getClass().getSimpleName());
    }

    /** The same problem, seen from one level further out. */
    HostValueException within(String step) {
        HostValueException outer = new HostValueException(AbiException.join(step, path), problem);
        outer.setStackTrace(getStackTrace());
        return outer;
    }
}
