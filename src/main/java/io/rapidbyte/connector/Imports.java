package io.rapidbyte.connector;

import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.wasm.HostFunction;
import io.rapidbyte.wasm.abi.ReturnedError;
import io.rapidbyte.wasm.abi.WitResult;
import io.rapidbyte.wasm.abi.WitType;
import java.util.HashMap;
import java.util.Map;

/**
 * The table of an instance's host functions by their names in the contract. Errors of the host travel
 * to the guest as the error case of the import's result, as the contract wants it.
 */
final class Imports {
    private static final WitType.RecordOf ERROR = Contract.type("connector-error");

    private final Map<String, HostFunction<ConnectorException>> functions = new HashMap<>();

    /** What the host does for one import. */
    interface Import {
        Object call(Object[] args) throws ConnectorException;
    }

    /** What the host does for an import that cannot fail. */
    interface Safe {
        Object call(Object[] args);
    }

    /** An import whose result is a {@code result}; {@code function} gives the value of its ok case. */
    void add(String name, Import function) {
        functions.put("host#" + name, args -> {
            try {
                return WitResult.ok(function.call(args));
            } catch (ConnectorException e) {
                throw returned(e);
            }
        });
    }

    /** An import whose result is a plain value, or none. */
    void addSafe(String name, Safe function) {
        functions.put("host#" + name, function::call);
    }

    Map<String, HostFunction<ConnectorException>> functions() {
        return functions;
    }

    static ReturnedError returned(ConnectorException e) {
        return new ReturnedError(Twins.toWit(ERROR, e.error()));
    }
}
