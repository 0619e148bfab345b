package io.rapidbyte.engine;

import io.rapidbyte.connector.Connector;
import io.rapidbyte.connector.ConnectorCatalog;
import io.rapidbyte.flow.BusVerticle;
import io.rapidbyte.flow.StageContract;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.ErrorCategory;
import io.vertx.core.Vertx;
import java.util.regex.Pattern;

/** Whom a pipeline's {@code use} can name: a connector of the catalogue, or a verticle on the event bus. Blocks. */
record Players(ConnectorCatalog catalog, Vertx vertx) {
    private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9_.:/-]{1,200}");

    static boolean isVerticle(String use) {
        return use.startsWith(StageContract.USE_PREFIX);
    }

    /** @throws ConnectorException if there is none that can be used */
    Connector connector(String use, ConnectorRole role) throws ConnectorException {
        return catalog.resolve(use, role);
    }

    /** @throws ConnectorException if {@code use} has no sound address */
    BusVerticle verticle(String use) throws ConnectorException {
        String address = use.substring(StageContract.USE_PREFIX.length());
        if (!ADDRESS.matcher(address).matches()) {
            throw new ConnectorException(ConnectorError.permanent(
                    ErrorCategory.CONFIG,
                    "bus.bad-address",
                    "an address on the event bus has 1 to 200 letters, digits and . _ - : /"));
        }
        return new BusVerticle(vertx, address);
    }
}
