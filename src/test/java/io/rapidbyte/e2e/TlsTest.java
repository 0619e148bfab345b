package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.fail;
import static io.rapidbyte.e2e.Runs.refuse;
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
    private static Certificates colleague;
    private static Certificates stranger;
    private static Postgres postgres;
    private static Postgres.Database source;
    private static Postgres.Database target;

    @BeforeAll
    static void start() throws Exception {
        server = Certificates.generate(folder, "server", "dns:localhost");
        client = Certificates.generate(folder, "shown", "dns:client");
        colleague = Certificates.generate(folder, "colleague", "dns:colleague");
        stranger = Certificates.generate(folder, "shown", "dns:stranger");
        postgres = Postgres.startWithTls(
                written("server.crt", server.certificatePem()),
                written("server.key", server.keyPem()),
                written("clients.crt", client.certificatePem() + colleague.certificatePem()),
                """
                hostssl all shown 127.0.0.1/32 trust clientcert=verify-full
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
        keep("client", client);
        keep("colleague", colleague);
        keep("stranger", stranger);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static void keep(String name, Certificates certificate) throws Exception {
        written(name + ".pem", certificate.certificatePem());
        written(name + ".key", certificate.keyPem());
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

    /** The settings of a client with that certificate. */
    private static String shown(String name) {
        return "sslrootcert: " + file("ca.pem") + ", sslcert: " + file(name + ".pem") + ", sslkey: "
                + file(name + ".key");
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
                as("encrypted", mode, "localhost").sourceConfig("sslrootcert: " + file("stranger.pem")),
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

    /** Both ends: the table is copied within the server that asks for certificates. */
    @Test
    void a_client_certificate_lets_its_owner_in() {
        Postgres.Database secured = postgres.database();
        secured.execute("grant create on schema public to shown");
        succeed(new PipelineText(source, secured)
                        .sourceAs("shown")
                        .sourceAt("localhost", postgres.port())
                        .sourceConfig("sslmode: verify-full")
                        .sourceConfig(shown("client"))
                        .targetAs("shown")
                        .targetConfig("sslmode: verify-ca")
                        .targetConfig(shown("client"))
                        .stream("users"));
        assertThat(secured.fingerprint("users")).isEqualTo(source.fingerprint("users"));
    }

    @Test
    void nobody_without_a_certificate_is_let_in() {
        assertThat(fail(as("shown", "require", "localhost"), FailureKind.SOURCE)
                        .error()
                        .code())
                .isEqualTo("pg.auth-failed");
    }

    /** One has a certificate of an authority that the server knows, but of another role; one has that role's, of its own making. */
    @ParameterizedTest
    @ValueSource(strings = {"colleague", "stranger"})
    void nobody_else_is_let_in_and_no_key_is_told(String name) throws Exception {
        Failure failure = fail(as("shown", "require", "localhost").sourceConfig(shown(name)), FailureKind.SOURCE);
        String key = Files.readAllLines(folder.resolve(name + ".key")).get(1);
        assertThat(failure.toString()).doesNotContain(key);
    }

    @Test
    void a_certificate_without_its_key_is_refused_before_the_run() {
        assertThat(refuse(as("shown", "require", "localhost").sourceConfig("sslcert: " + file("client.pem"))))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("sslkey"));
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
