package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.fail;
import static io.rapidbyte.e2e.Runs.succeed;
import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.connector.net.Certificates;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real server that speaks TLS, in every {@code sslmode}. */
class TlsTest {
    @TempDir
    static Path folder;

    private static Certificates server;
    private static Certificates client;
    private static Certificates stranger;
    private static Postgres postgres;
    private static Postgres.Database source;
    private static Postgres.Database target;

    @BeforeAll
    static void start() throws Exception {
        server = Certificates.generate(folder, "server", "dns:localhost");
        client = Certificates.generate(folder, "shown", "dns:client");
        stranger = Certificates.generate(folder, "shown", "dns:stranger");
        postgres = Postgres.startWithTls(
                written("server.crt", server.certificatePem()),
                written("server.key", server.keyPem()),
                written("clients.crt", client.certificatePem()),
                """
                hostssl all shown 127.0.0.1/32 cert
                host all shown 127.0.0.1/32 reject
                hostssl all encrypted 127.0.0.1/32 trust
                host all encrypted 127.0.0.1/32 reject
                hostnossl all plain 127.0.0.1/32 trust
                host all plain 127.0.0.1/32 reject""");
        source = postgres.database();
        target = Postgres.shared().database();
        source.execute(
                "create table users (id int primary key)",
                "insert into users select generate_series(1, 100)",
                "create role shown login",
                "create role encrypted login",
                "create role plain login",
                "grant select on users to public");
        written("ca.pem", server.certificatePem());
        written("other.pem", stranger.certificatePem());
        written("client.pem", client.certificatePem());
        written("client.key", client.keyPem());
        written("stranger.pem", stranger.certificatePem());
        written("stranger.key", stranger.keyPem());
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static Path written(String name, String content) throws IOException {
        Path file = Files.writeString(folder.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** What a file holds, as a flow value. */
    private static String file(String name) {
        try {
            return '"'
                    + Files.readString(folder.resolve(name)).replace("\r", "").replace("\n", "\\n")
                    + '"';
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PipelineText as(String user, String mode, String host) {
        return new PipelineText(source, target)
                        .sourceAt(host, postgres.port())
                        .sourceUser(user, "unused-password")
                        .sourceConfig("sslmode: " + mode)
                        .stream("users");
    }

    @ParameterizedTest
    @CsvSource({
        "plain, disable",
        "encrypted, prefer",
        "encrypted, require",
        "encrypted, verify-ca",
        "encrypted, verify-full",
    })
    void each_mode_gets_what_it_asks_for(String user, String mode) {
        PipelineText text = as(user, mode, "localhost");
        succeed(mode.startsWith("verify") ? text.sourceConfig("sslrootcert: " + file("ca.pem")) : text);
        assertThat(target.fingerprint("users")).isEqualTo(source.fingerprint("users"));
    }

    @ParameterizedTest
    @CsvSource({"encrypted, disable", "plain, require"})
    void a_server_that_wants_it_otherwise_is_told_from_one_that_is_down(String user, String mode) {
        assertThat(fail(as(user, mode, "localhost"), FailureKind.SOURCE).error().code())
                .startsWith("pg.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify-ca", "verify-full"})
    void an_authority_that_is_not_trusted_is_no_authority(String mode) {
        Failure failure = fail(
                as("encrypted", mode, "localhost").sourceConfig("sslrootcert: " + file("other.pem")),
                FailureKind.CONFIG);
        assertThat(failure.error().message()).contains("localhost");
    }

    @Test
    void only_full_verification_looks_at_the_name() {
        succeed(as("encrypted", "verify-ca", "127.0.0.1").sourceConfig("sslrootcert: " + file("ca.pem")));
        fail(
                as("encrypted", "verify-full", "127.0.0.1").sourceConfig("sslrootcert: " + file("ca.pem")),
                FailureKind.CONFIG);
    }

    @Test
    void where_the_pipeline_requires_tls_a_connector_cannot_do_without() {
        Failure failure = fail(
                as("plain", "disable", "localhost").source("permissions: {network: {tls: required}}"),
                FailureKind.SOURCE);
        assertThat(failure.error().code()).isEqualTo("net.tls-required");
        succeed(as("encrypted", "prefer", "localhost").source("permissions: {network: {tls: required}}"));
    }

    @Test
    void where_the_pipeline_forbids_tls_nothing_is_encrypted() {
        succeed(as("plain", "disable", "localhost").source("permissions: {network: {tls: forbidden}}"));
        Failure failure = fail(
                as("encrypted", "require", "localhost").source("permissions: {network: {tls: forbidden}}"),
                FailureKind.SOURCE);
        assertThat(failure.error().code()).isEqualTo("net.tls-forbidden");
    }
}
