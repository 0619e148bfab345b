package io.rapidbyte.connector;

import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds connectors: by path, in folders, and among those bundled on the class path, in this order.
 * Loads each module once and shares it. Safe on any thread; blocks on files and, once for each
 * module, on its compilation.
 */
public final class ConnectorCatalog {
    private ConnectorCatalog(List<Path> folders) {
        throw new UnsupportedOperationException(folders.toString());
    }

    /**
     * A catalogue of the connectors in {@code folders}, searched in that order, and the bundled ones.
     * A folder holds {@code <name>.wasm} files or {@code <name>/<name>.wasm}, each beside its manifest.
     */
    public static ConnectorCatalog of(List<Path> folders) {
        return new ConnectorCatalog(folders);
    }

    /**
     * The connector that a pipeline names.
     *
     * @param use {@code name}, {@code ns/name}, either with {@code @version}, or a path that ends in {@code .wasm}
     * @param role what it has to be
     * @throws ConnectorException of category {@code CONFIG} if there is none, if its manifest or
     *     module is unfit, or if it lacks the role
     */
    public Connector resolve(String use, ConnectorRole role) throws ConnectorException {
        throw new UnsupportedOperationException(use + role);
    }

    /** All connectors of the folders and the bundle, by id; those unfit for use are among them and say why. */
    public List<ConnectorListing> list() {
        throw new UnsupportedOperationException();
    }
}
