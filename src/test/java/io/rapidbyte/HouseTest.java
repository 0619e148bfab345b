package io.rapidbyte;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;

/** The walls of ARCHITECTURE.md. A rule's message says how to mend a breach. */
@AnalyzeClasses(packages = "io.rapidbyte", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseTest {
    private static final String[] VERTX = {"io.vertx..", "io.netty.."};
    private static final String[] POLYGLOT = {"org.graalvm..", "com.oracle.truffle.."};
    private static final String[] SQL = {
        "java.sql..", "javax.sql..", "io.vertx.sqlclient..", "io.vertx.jdbcclient..", "org.sqlite..", "org.postgresql.."
    };
    private static final String[] WEB = {"io.vertx.ext.web..", "io.vertx.core.http.."};

    @ArchTest
    static final ArchRule only_wasm_sees_polyglot = noClasses()
            .that()
            .resideOutsideOfPackage("io.rapidbyte.wasm..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(POLYGLOT)
            .because(
                    "the guest runtime hides behind io.rapidbyte.wasm: add what you need to its API, in words of guests and memory");

    @ArchTest
    static final ArchRule wasm_knows_nothing_of_ours = noClasses()
            .that()
            .resideInAPackage("io.rapidbyte.wasm..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.rapidbyte..")
                    .and(JavaClass.Predicates.resideOutsideOfPackage("io.rapidbyte.wasm..")))
            .because("wasm could be published alone: pass what it needs in, or move the code up into connector");

    @ArchTest
    static final ArchRule model_stands_on_nothing = classes()
            .that()
            .resideInAPackage("io.rapidbyte.model..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.rapidbyte.model..", "java..", "org.jspecify..")
            .because("everybody imports model: a record that needs a library belongs to the room that has the library");

    @ArchTest
    static final ArchRule the_workshop_has_no_event_loop = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.rapidbyte.connector..", "io.rapidbyte.config..", "io.rapidbyte.arrow..", "io.rapidbyte.wasm..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(VERTX)
            .because(
                    "these rooms are tested without an event loop: hand them an interface, and let flow or engine implement it with Vert.x");

    @ArchTest
    static final ArchRule only_state_knows_sql = noClasses()
            .that()
            .resideOutsideOfPackages("io.rapidbyte.state..", "io.rapidbyte.cli.demo..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SQL)
            .because(
                    "databases of users are reached by connectors, our own by state: ask state for what you want to know");

    @ArchTest
    static final ArchRule only_the_server_has_web = noClasses()
            .that()
            .resideOutsideOfPackage("io.rapidbyte.server..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(WEB)
            .because("HTTP is the server's face: pass it what it is to show, in words of engine, config and state");

    @ArchTest
    static final ArchRule the_server_needs_no_command_line = noClasses()
            .that()
            .resideInAPackage("io.rapidbyte.server..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.rapidbyte.cli..", "io.rapidbyte.flow..", "io.rapidbyte.wasm..", "picocli..")
            .because(
                    "the command line only starts the server: what both show comes from engine, as events, reports and JSON");

    @ArchTest
    static final ArchRule only_the_demo_starts_servers = noClasses()
            .that()
            .resideOutsideOfPackage("io.rapidbyte.cli.demo..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.zonky..")
            .because("the servers are not in the jar: keep them to io.rapidbyte.cli.demo");

    @ArchTest
    static final ArchRule state_knows_no_room = noClasses()
            .that()
            .resideInAPackage("io.rapidbyte.state..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.rapidbyte..")
                    .and(JavaClass.Predicates.resideOutsideOfPackages("io.rapidbyte.state..", "io.rapidbyte.model..")))
            .because(
                    "state keeps what it is told in words of model: let the caller translate, or move the word to model");

    @ArchTest
    static final ArchRule flow_does_not_decide = noClasses()
            .that()
            .resideInAPackage("io.rapidbyte.flow..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.rapidbyte.engine..")
            .because("only engine decides: report to it with an event or a completed future, and let it call flow");

    @ArchTest
    static final ArchRule floors_rest_on_floors_below = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.rapidbyte.connector..", "io.rapidbyte.config..", "io.rapidbyte.arrow..", "io.rapidbyte.wasm..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.rapidbyte.flow..", "io.rapidbyte.engine..", "io.rapidbyte.state..")
            .because("a room imports only rooms below it: turn the call round, the upper room passes in a callback");

    @ArchTest
    static final ArchRule conformance_needs_no_engine = noClasses()
            .that()
            .resideInAPackage("io.rapidbyte.conformance..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(VERTX)
                    .or(resideInAnyPackage(
                            "io.rapidbyte.flow..",
                            "io.rapidbyte.engine..",
                            "io.rapidbyte.state..",
                            "io.rapidbyte.config..")))
            .because(
                    "what the suite finds is the connector's doing, not the engine's: play the host in the suite itself");

    @ArchTest
    static final ArchRule nobody_calls_a_face = noClasses()
            .that(resideInAPackage("io.rapidbyte..")
                    .and(JavaClass.Predicates.resideOutsideOfPackages(
                            "io.rapidbyte", "io.rapidbyte.cli..", "io.rapidbyte.server..")))
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.rapidbyte.cli..", "io.rapidbyte.server.."))
            .because("a face shows what others publish: publish an event, and the face picks it up");

    @ArchTest
    static final ArchRule only_faces_look_at_telemetry = noClasses()
            .that(resideInAPackage("io.rapidbyte..")
                    .and(JavaClass.Predicates.resideOutsideOfPackages(
                            "io.rapidbyte", "io.rapidbyte.cli..", "io.rapidbyte.server..", "io.rapidbyte.telemetry..")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.rapidbyte.telemetry..")
            .because("nobody who works waits for who measures: publish an event, and telemetry counts it");

    @ArchTest
    static final ArchRule only_telemetry_knows_how_others_measure = noClasses()
            .that()
            .resideOutsideOfPackage("io.rapidbyte.telemetry..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", "io.opentelemetry..", "io.prometheus..", "io.vertx.micrometer..")
            .because("libraries of meters and traces come and go: hand telemetry an event or a number to look at");

    @ArchTest
    static final ArchRule telemetry_runs_nothing = noClasses()
            .that()
            .resideInAPackage("io.rapidbyte.telemetry..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.rapidbyte.flow..",
                    "io.rapidbyte.state..",
                    "io.rapidbyte.connector..",
                    "io.rapidbyte.wasm..",
                    "io.vertx.ext.web..")
            .because("it sees what everybody sees, events and the engine's load: put what is missing there into them");

    @ArchTest
    static final ArchRule no_cycles = SlicesRuleDefinition.slices()
            .matching(
                    "io.rapidbyte.(arrow|cli|config|conformance|connector|engine|flow|model|scaffold|server|state|telemetry|wasm)..")
            .should()
            .beFreeOfCycles()
            .because(
                    "two rooms that need each other are one room, or miss a third below both: move the shared words to model");

    @ArchTest
    static final ArchRule every_package_says_what_lives_there = classes()
            .that()
            .areTopLevelClasses()
            .should(standInANullMarkedPackage())
            .because("an unmarked package escapes the null checks: give it a package-info.java with @NullMarked"
                    + " that tells what lives there, who may call, and on which thread");

    @ArchTest
    static final ArchRule logs_go_through_system_logger = noClasses()
            .that()
            .resideOutsideOfPackage("io.rapidbyte.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.slf4j..", "java.util.logging..", "org.apache.logging..", "io.vertx.core.logging..")
            .because("a host that embeds us picks the logging: use System.getLogger(YourClass.class.getName())");

    private static ArchCondition<JavaClass> standInANullMarkedPackage() {
        return new ArchCondition<>("stand in a package marked @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getModifiers().contains(JavaModifier.SYNTHETIC)
                        || type.getPackage().isAnnotatedWith("org.jspecify.annotations.NullMarked");
                if (!marked) {
                    events.add(SimpleConditionEvent.violated(type, type.getPackageName() + " is not marked"));
                }
            }
        };
    }

    /** The rules would hold of an empty house as well. */
    @ArchTest
    static void the_rooms_are_where_the_rules_look(com.tngtech.archunit.core.domain.JavaClasses classes) {
        for (String room : List.of(
                "arrow",
                "cli",
                "config",
                "conformance",
                "connector",
                "engine",
                "flow",
                "model",
                "scaffold",
                "server",
                "state",
                "telemetry",
                "wasm")) {
            if (!classes.containPackage("io.rapidbyte." + room)) {
                throw new AssertionError("no class in io.rapidbyte." + room + ": rename it in HouseTest too");
            }
        }
    }
}
