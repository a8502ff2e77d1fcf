package dev.heddle.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The borders of the architecture, checked on class files. The numbers are those of STYLE.md.
public final class ArchitectureRules {
    private static final String[] ENVOY = {"io.envoyproxy..", "envoy.."};

    /// Calls that tie code to the machine's clock, chance or environment, so that a simulation
    /// could not replay it.
    private static final Map<String, Set<String>> IMPURE =
            Map.of(
                    "java.lang.System", Set.of("nanoTime", "currentTimeMillis", "getenv"),
                    "java.time.Instant", Set.of("now"),
                    "java.time.LocalDateTime", Set.of("now"),
                    "java.time.ZonedDateTime", Set.of("now"),
                    "java.lang.Thread", Set.of("sleep"),
                    "java.lang.Math", Set.of("random"),
                    "java.util.concurrent.ThreadLocalRandom", Set.of("current"));

    private ArchitectureRules() {}

    /// The rules by their numbers, in order.
    public static Map<String, ArchRule> all() {
        var rules = new LinkedHashMap<String, ArchRule>();
        rules.put("R1 the proxy never sees a control-plane type", proxyKnowsOnlyXds());
        rules.put("R1 the control plane never sees a proxy type", controlKnowsNoProxy());
        rules.put("R1 modules depend downwards", modelIsALeaf());
        rules.put("R2 mutable state has an address", mutableFieldsAreConfined());
        rules.put("R2 nothing static changes", noStaticState());
        rules.put("R3 time, chance and settings are handed in", noImpureCalls());
        rules.put("R4 the compiler is a pure function", compilerIsPure());
        rules.put("R5 Envoy's classes stay behind three borders", envoyStaysAtTheBorders());
        rules.put("R6 filters and balancers know no channel", decisionsKnowNoChannel());
        rules.put("R7 filters don't know each other", slicesDontKnowEachOther());
        rules.put("R8 packages have no cycles", noCycles());
        rules.put("R9 a name says a noun", namesAreNouns());
        rules.put("R10 one can read who calls whom", noMagic());
        return rules;
    }

    private static ArchRule proxyKnowsOnlyXds() {
        return noClasses()
                .that()
                .resideInAPackage("dev.heddle.proxy..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.heddle.model..", "dev.heddle.compiler..", "dev.heddle.control..")
                .allowEmptyShould(true);
    }

    private static ArchRule controlKnowsNoProxy() {
        return noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.heddle.control..",
                        "dev.heddle.compiler..",
                        "dev.heddle.console..",
                        "dev.heddle.signals..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.heddle.proxy..")
                .allowEmptyShould(true);
    }

    private static ArchRule modelIsALeaf() {
        return noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.heddle.model..",
                        "dev.heddle.xds..",
                        "dev.heddle.telemetry..",
                        "dev.heddle.identity..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.heddle.compiler..",
                        "dev.heddle.control..",
                        "dev.heddle.proxy..",
                        "dev.heddle.console..",
                        "dev.heddle.cli..")
                .allowEmptyShould(true);
    }

    private static ArchRule mutableFieldsAreConfined() {
        return fields().that()
                .areNotFinal()
                .and()
                .areNotStatic()
                .and(
                        new DescribedPredicate<JavaField>("are written by people") {
                            @Override
                            public boolean test(JavaField field) {
                                return !field.getModifiers().contains(JavaModifier.SYNTHETIC);
                            }
                        })
                .should()
                .beDeclaredInClassesThat(
                        new DescribedPredicate<>("say @Confined") {
                            @Override
                            public boolean test(JavaClass type) {
                                return isConfined(type);
                            }
                        })
                .allowEmptyShould(true);
    }

    private static boolean isConfined(JavaClass type) {
        return type.getAnnotations().stream()
                        .anyMatch(a -> a.getRawType().getSimpleName().equals("Confined"))
                || type.getEnclosingClass().map(ArchitectureRules::isConfined).orElse(false);
    }

    private static ArchRule noStaticState() {
        return noFields()
                .that()
                .areStatic()
                .and()
                .doNotHaveName("$VALUES")
                .and(
                        new DescribedPredicate<JavaField>("are written by people") {
                            @Override
                            public boolean test(JavaField field) {
                                return !field.getModifiers().contains(JavaModifier.SYNTHETIC);
                            }
                        })
                .should()
                .notBeFinal()
                .allowEmptyShould(true);
    }

    private static ArchRule noImpureCalls() {
        return noClasses()
                .that()
                .haveSimpleNameNotEndingWith("Main")
                .and()
                .haveSimpleNameNotEndingWith("Bootstrap")
                .and()
                .resideOutsideOfPackages("dev.heddle.samples..", "dev.heddle.testkit..")
                .should()
                .accessTargetWhere(
                        new DescribedPredicate<JavaAccess<?>>(
                                "read the machine's clock or chance") {
                            @Override
                            public boolean test(JavaAccess<?> access) {
                                return IMPURE.getOrDefault(
                                                access.getTargetOwner().getName(), Set.of())
                                        .contains(access.getTarget().getName());
                            }
                        })
                .allowEmptyShould(true);
    }

    private static ArchRule compilerIsPure() {
        return noClasses()
                .that()
                .resideInAPackage("dev.heddle.compiler..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io..",
                        "java.nio.file..",
                        "java.nio.channels..",
                        "java.net.http..",
                        "java.util.concurrent..",
                        "org.slf4j..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.Thread")
                .allowEmptyShould(true);
    }

    private static ArchRule envoyStaysAtTheBorders() {
        return noClasses()
                .that()
                .resideInAPackage("dev.heddle..")
                .and()
                .resideOutsideOfPackages(
                        "dev.heddle.xds..",
                        "dev.heddle.compiler.xds..",
                        "dev.heddle.signals.ingest..",
                        "dev.heddle.proxy.config..",
                        "dev.heddle.proxy.filter..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ENVOY)
                .allowEmptyShould(true);
    }

    private static ArchRule decisionsKnowNoChannel() {
        return noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.heddle.proxy.filter..",
                        "dev.heddle.proxy.router..",
                        "dev.heddle.proxy.upstream.balance..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty.channel..")
                .allowEmptyShould(true);
    }

    private static ArchRule slicesDontKnowEachOther() {
        return slices().matching("dev.heddle.proxy.filter.(*)..")
                .should()
                .notDependOnEachOther()
                .allowEmptyShould(true);
    }

    private static ArchRule noCycles() {
        return slices().matching("dev.heddle.(**)").should().beFreeOfCycles();
    }

    private static ArchRule namesAreNouns() {
        return classes()
                .that()
                .resideInAPackage("dev.heddle..")
                .should()
                .haveNameNotMatching(
                        ".*[.$](Abstract|Base|Default|Common)[A-Z]\\w*"
                                + "|.*(Utils?|Helpers?|Impl|Manager|Factory|Constants)");
    }

    private static ArchRule noMagic() {
        return noClasses()
                .that()
                .resideInAPackage("dev.heddle.proxy..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.ServiceLoader")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.ThreadLocal")
                .orShould()
                .callMethod(Class.class, "forName", String.class)
                .allowEmptyShould(true);
    }
}
