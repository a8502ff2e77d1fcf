package dev.heddle.xds.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiffeIdTest {
    @TestFactory
    Stream<DynamicTest> identitiesAreThoseOfTheStandard() throws IOException {
        Optional<Path> file =
                Repository.cases().map(it -> it.resolve("spiffe/spiffeid_cases.json"));
        assumeTrue(file.isPresent(), "skipped: no ../shared/cases/spiffe here");
        var tests = new ArrayList<DynamicTest>();
        for (JsonElement element :
                JsonParser.parseString(Files.readString(file.get())).getAsJsonArray()) {
            JsonObject row = element.getAsJsonObject();
            String name = row.get("test").getAsString();
            if (name.startsWith("id_test.go:TestFromString")) {
                boolean isValid = row.get("valid").getAsBoolean();
                String text = row.getAsJsonArray("args").get(0).getAsString();
                tests.add(
                        DynamicTest.dynamicTest(
                                name,
                                () ->
                                        assertThat(SpiffeId.parse(text).isPresent())
                                                .as(text)
                                                .isEqualTo(isValid)));
            }
        }
        assertThat(tests).hasSizeGreaterThan(100);
        return tests.stream();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spiffe://td/ns/../sa/x",
                "spiffe://td//ns",
                "spiffe://td/ns/%2e",
                "spiffe://TD/ns",
                "spiffe://td:443/ns",
                "spiffe://td/ns?q",
                "spiffe://td/ns/",
                "spiffe://td/./ns",
                "spiffe://u@td/ns",
                "SPIFFE://td/ns",
                "spiffe:///ns",
                "https://td/ns"
            })
    void whatIsAlmostOneIsNone(String text) {
        assertThat(SpiffeId.parse(text)).isEmpty();
    }

    @Test
    void anAccountIsReadAsItWasWritten() {
        SpiffeId id = SpiffeId.ofAccount("cluster.local", "shop", "web");

        assertThat(SpiffeId.parse(id.toString())).hasValue(id);
        assertThat(id.account()).hasValue(new SpiffeId.Account("shop", "web"));
        assertThat(SpiffeId.parse("spiffe://td/a/b").orElseThrow().account()).isEmpty();
    }

    @Test
    void messagesAreReadAsTheyWereWritten() {
        var request = new CertificateCall.Request("csr", 3600);
        var response = new CertificateCall.Response(java.util.List.of("a", "b"));

        assertThat(CertificateCall.Request.parse(request.encoded())).hasValue(request);
        assertThat(CertificateCall.Response.parse(response.encoded())).hasValue(response);
        assertThat(CertificateCall.Request.parse(new byte[] {10, 127})).isEmpty();
        assertThat(CertificateCall.Request.parse(new byte[] {(byte) 0xff})).isEmpty();
    }
}
