package dev.heddle.verify.junit;

import static dev.heddle.verify.junit.RequestUnderTest.share;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.verify.junit.MeshUnderTest.Caller;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// As a user's test is written.
@HeddleMesh(
        config = {
            "src/test/resources/dev/heddle/verify/mesh",
            "src/test/resources/dev/heddle/verify/tests"
        },
        namespace = "shop")
class HeddleMeshTest {
    private static final String REVIEWS = "http://reviews:9080";

    @Test
    void requestsMeetWhatTheFilesSay(MeshUnderTest mesh) {
        mesh.hasNoErrors();
        Caller web = mesh.from("app=web");
        web.get(REVIEWS + "/reviews/0")
                .with("end-user", "jason")
                .goesTo("reviews", "v2")
                .isDecidedBy("VirtualService shop/reviews")
                .arrivesWith("x-tester", "yes")
                .hasTimeout(Duration.ofSeconds(3))
                .isAllowed();
        web.get(REVIEWS + "/api/x")
                .goesTo(share(80, "reviews", "v1"), share(20, "reviews", "v2"))
                .arrivesAt("/v2/x");
        web.get(REVIEWS + "/old").isRedirectedTo("http://reviews:9080/reviews").isAnswered(308);
        web.send("POST", REVIEWS + "/").isDenied().isAnswered(403);
        web.get("http://audit:9080/").goesNowhere();
        RequestUnderTest strangers = web.proving("").in("shop").get(REVIEWS + "/");
        assertThat(strangers.goesTo("reviews")).as("what to go on with").isSameAs(strangers);
    }

    @Test
    void aFailureSaysWhatCameAndWhoDecided(MeshUnderTest mesh) {
        var request = mesh.from("app=web").get(REVIEWS + "/");
        assertThatThrownBy(() -> request.goesTo("reviews", "v2"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(
                        "GET http://reviews:9080/\ndestinations: 100 % to reviews.shop")
                .hasMessageContaining("(expected: reviews subset v2)")
                .hasMessageContaining("routes.yaml:52 VirtualService shop/reviews spec.http[4]")
                .hasMessageContaining("yes route rest: all conditions hold");
    }

    @Test
    void aMeshIsReadOnceForAllTests(MeshUnderTest mesh, MeshUnderTest again) {
        assertThat(again).isSameAs(mesh);
    }

    @TestFactory
    Stream<DynamicTest> whatTheMeshTestsSay(MeshUnderTest mesh) {
        List<DynamicTest> tests = mesh.meshTests().toList();
        assertThat(tests)
                .hasSize(8)
                .extracting(DynamicTest::getDisplayName)
                .contains("MeshTest shop/reviews: jason gets the new version");
        return tests.stream();
    }
}
