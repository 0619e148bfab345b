package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.SemanticVersion;
import java.util.Optional;

/** The name of an interface as modules spell it: {@code namespace:package/interface@version}. */
record QualifiedName(String packageName, String interfaceName, Optional<SemanticVersion> version) {
    static Optional<QualifiedName> parse(String text) {
        int slash = text.indexOf('/');
        int at = text.indexOf('@', slash + 1);
        if (slash < 0) {
            return Optional.empty();
        }
        String interfaceName = text.substring(slash + 1, at < 0 ? text.length() : at);
        Optional<SemanticVersion> version = at < 0 ? Optional.empty() : SemanticVersion.parse(text.substring(at + 1));
        return at >= 0 && version.isEmpty()
                ? Optional.empty()
                : Optional.of(new QualifiedName(text.substring(0, slash), interfaceName, version));
    }
}
