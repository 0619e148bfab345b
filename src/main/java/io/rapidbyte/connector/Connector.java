package io.rapidbyte.connector;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.Narrowing;
import io.rapidbyte.wasm.ComponentFile;
import io.rapidbyte.wasm.GuestEngine;
import io.rapidbyte.wasm.GuestException;
import io.rapidbyte.wasm.GuestModule;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** A connector found, checked against its manifest, and ready to be instantiated. Safe on any thread. */
public final class Connector {
    /** Modules by checksum: loaded once for the process, shared by all runs and instances. */
    private static final ConcurrentMap<String, GuestModule> MODULES = new ConcurrentHashMap<>();

    private final ConnectorManifest manifest;
    private final String location;
    private final byte[] wasm;
    private final ConfigCheck configCheck;
    private final Grants grants;

    /** {@code wasm} has the checksum that the manifest names, and is not touched any more. */
    Connector(ConnectorManifest manifest, String location, byte[] wasm) {
        this.manifest = manifest;
        this.location = location;
        this.wasm = wasm;
        this.configCheck = new ConfigCheck(manifest.configSchema());
        this.grants = Grants.of(manifest);
    }

    private Connector(Connector wide, Grants grants) {
        this.manifest = wide.manifest;
        this.location = wide.location;
        this.wasm = wide.wasm;
        this.configCheck = wide.configCheck;
        this.grants = grants;
    }

    /**
     * The same connector with less granted.
     *
     * @param issues takes all that would widen the manifest's grants, at pointers such as {@code /limits/max_sockets};
     *     what is given back must not be used then
     */
    public Connector narrow(Narrowing narrowing, List<ConfigIssue> issues) {
        return new Connector(this, Grants.narrowed(manifest, narrowing, issues));
    }

    Grants grants() {
        return grants;
    }

    public ConnectorManifest manifest() {
        return manifest;
    }

    /** The module's file, or {@code bundled}. */
    public String location() {
        return location;
    }

    /** All that is wrong with {@code config} by the manifest's schema; empty if nothing. Starts no guest. */
    public List<ConfigIssue> checkConfig(ObjectNode config) {
        return configCheck.issues(config);
    }

    /** Takes the secrets of {@code config} out of texts. */
    Redaction redaction(ObjectNode config) {
        return configCheck.redaction(config);
    }

    /** {@code config} without what is secret in it (I31): enough to tell whether two name the same peer. */
    public ObjectNode withoutSecrets(ObjectNode config) {
        return configCheck.withoutSecrets(config);
    }

    /**
     * Whether the value at {@code pointer} into the settings is for nobody's eyes (I31): one that is secret, or under a key that
     * the schema does not know, which may be a misspelled secret.
     */
    public boolean hides(String pointer) {
        return configCheck.hides(pointer);
    }

    /**
     * Loads the module, so that the first instance need not. Any thread; blocks for some tens of
     * milliseconds the first time.
     *
     * @throws ConnectorException if it cannot be loaded, as every instance would
     */
    public void load() throws ConnectorException {
        module();
    }

    /**
     * Starts what runs guests, unless it has been. Returns at once: it takes as long as all else that stands between a command
     * and its first row, and the first {@link #load} waits for it.
     */
    public static void startRuntime() {
        Thread.ofPlatform().daemon().name("guest engine").start(GuestEngine::shared);
    }

    /**
     * Makes an instance. Call it, and everything of the instance but {@code cancel} and
     * {@code timings}, on one {@link io.rapidbyte.wasm.GuestThread}.
     *
     * @param state kept by the caller beyond the instance's life
     * @throws ConnectorException if the module cannot be loaded; nothing is left open then
     * @throws IllegalArgumentException if the manifest lacks the role
     */
    public ConnectorInstance instantiate(
            ConnectorRole role, InstanceSettings settings, GuestPort port, ConnectorState state)
            throws ConnectorException {
        if (!manifest.roles().containsKey(role)) {
            throw new IllegalArgumentException(manifest.id() + " has no role " + role);
        }
        return new ConnectorInstance(this, role, settings, port, state);
    }

    /** The module, loaded now if this is the first time. */
    GuestModule module() throws ConnectorException {
        try {
            return MODULES.computeIfAbsent(
                    manifest.artifact().sha256(),
                    _ -> GuestEngine.shared().load(manifest.shortName(), ComponentFile.unwrap(wasm, Contract::isOurs)));
        } catch (GuestException e) {
            throw HostErrors.of("loading " + manifest.id() + " from " + location, e);
        }
    }
}
