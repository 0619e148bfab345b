package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.AbiFunction;
import io.rapidbyte.wasm.abi.CoreType;
import io.rapidbyte.wasm.abi.ReturnedError;
import io.rapidbyte.wasm.abi.Transfer;
import io.rapidbyte.wasm.abi.WitResult;
import java.util.List;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/** One import of one instance: from the guest's core values to a host function and back. */
final class HostImport implements ProxyExecutable {
    private final AbiFunction function;
    private final HostFunction<?> host;
    private final CallState state;
    private final GuestMemory memory;
    private final CoreType[] params;
    private final List<CoreType> results;

    HostImport(AbiFunction function, HostFunction<?> host, CallState state, GuestMemory memory) {
        this.function = function;
        this.host = host;
        this.state = state;
        this.memory = memory;
        this.params = function.importSignature().params().toArray(CoreType[]::new);
        this.results = function.importSignature().results();
    }

    @Override
    public Object execute(Value... arguments) {
        try {
            Transfer transfer = state.enterHost(function.name());
            long[] core = CoreValues.fromGuest(params, arguments);
            Object[] values = function.liftParams(transfer, core);
            Object answer = answer(values);
            state.enterAllocator();
            long result = function.lowerResult(transfer, answer, core);
            state.leaveHost();
            // Until here the answer may have been a view of the memory as it was.
            memory.freeOutgrown();
            return results.isEmpty() ? 0 : CoreValues.toGuest(results.getFirst(), result);
        } catch (Throwable e) {
            // The guest's call ends here whatever it was; the call of the export tells what it was.
            throw state.fail(function.name(), e);
        }
    }

    private Object answer(Object[] values) throws Exception {
        try {
            return host.call(values);
        } catch (ReturnedError e) {
            if (!function.resultCanFail()) {
                throw new IllegalStateException(function.name() + " has no error to return", e);
            }
            return WitResult.err(e.value());
        }
    }
}
