package io.rapidbyte.wasm.abi;

/** The guest broke the canonical ABI: what it handed over is not a value of the declared type. */
public final class AbiException extends RuntimeException {
    private final String path;
    private final String problem;

    AbiException(String problem) {
        this("", problem);
    }

    private AbiException(String path, String problem) {
        super(path.isEmpty() ? problem : path + ": " + problem);
        this.path = path;
        this.problem = problem;
    }

    /** The same problem, seen from one level further out. */
    AbiException within(String step) {
        AbiException outer = new AbiException(join(step, path), problem);
        outer.setStackTrace(getStackTrace());
        return outer;
    }

    static String join(String step, String path) {
        return path.isEmpty() || path.startsWith("[") ? step + path : step + "." + path;
    }

    /** Where in the parameters or the result, such as {@code ctx.columns[3].name}. */
    public String path() {
        return path;
    }

    public String problem() {
        return problem;
    }
}
