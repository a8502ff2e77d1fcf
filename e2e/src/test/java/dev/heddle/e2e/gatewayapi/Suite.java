package dev.heddle.e2e.gatewayapi;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The suite's tests as data.
///
/// @param folder that holds them
record Suite(Path folder, List<Test> tests) {
    private static final Set<String> TRAFFIC =
            Set.of(
                    "http.MakeRequestAndExpectEventuallyConsistentResponse",
                    "tls.MakeTLSRequestAndExpectEventuallyConsistentResponse",
                    "grpc.MakeRequestAndExpectEventuallyConsistentResponse",
                    "h.MakeRequestAndExpectEventuallyConsistentResponse",
                    "suite.Client.Delete");

    /// @param manifests files below the folder, applied after the base's
    record Test(String name, List<String> features, List<String> manifests, List<Step> steps) {
        /// What is called, or done to the cluster between calls.
        List<Step> traffic() {
            return steps.stream().filter(Step::isTraffic).toList();
        }
    }

    /// @param call function of the suite
    /// @param line of the suite's own source
    record Step(String of, String call, JsonArray args, int line) {
        boolean isTraffic() {
            return TRAFFIC.contains(call);
        }

        /// Whether it is about what resources say of themselves: the status of every test is asked
        /// where it is made, by the compiler's `GatewayStatusConformanceTest`.
        boolean isAboutStatus() {
            return call.startsWith("kubernetes.") || call.startsWith("require.");
        }

        JsonObject arg(int index) {
            JsonElement arg = args.get(index);
            return arg.isJsonObject() ? arg.getAsJsonObject() : new JsonObject();
        }
    }

    /// The suite; empty where it is not.
    static Optional<Suite> find() {
        return Repository.cases()
                .map(it -> it.resolve("gateway-api-conformance"))
                .filter(Files::isDirectory)
                .map(Suite::read);
    }

    private static Suite read(Path folder) {
        JsonArray all =
                JsonParser.parseString(text(folder.resolve("expectations.json"))).getAsJsonArray();
        return new Suite(
                folder, all.asList().stream().map(it -> test(it.getAsJsonObject())).toList());
    }

    private static Test test(JsonObject said) {
        return new Test(
                said.get("ShortName").getAsString(),
                texts(said, "Features"),
                texts(said, "Manifests"),
                said.getAsJsonArray("steps").asList().stream()
                        .map(JsonElement::getAsJsonObject)
                        .map(it ->
                                new Step(
                                        it.get("case").getAsString(),
                                        it.get("call").getAsString(),
                                        it.getAsJsonArray("args"),
                                        it.get("line").getAsInt()))
                        .toList());
    }

    private static List<String> texts(JsonObject of, String field) {
        return of.getAsJsonArray(field).asList().stream().map(JsonElement::getAsString).toList();
    }

    /// What all tests have in common.
    String base() {
        return text(folder.resolve("conformance/base/manifests.yaml"));
    }

    /// A manifest; empty where the suite was given without it.
    Optional<String> manifest(String file) {
        Path path = folder.resolve("conformance").resolve(file);
        return Files.exists(path) ? Optional.of(text(path)) : Optional.empty();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).replace("{GATEWAY_CLASS_NAME}", "heddle");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
