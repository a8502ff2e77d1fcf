package dev.heddle.samples.bookinfo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BookServiceTest {
    private static final String RATINGS =
            "{\"id\":0,\"ratings\":{\"Reviewer1\":5,\"Reviewer2\":4}}";

    /// Peers that answer from a script and remember what they were asked.
    private record Script(List<String> asked, Map<String, Peers.Answer> answers) implements Peers {
        static Script of(String service, int status, String body) {
            return new Script(
                    new ArrayList<>(), Map.of(service, new Answer(status, body, service + "-v1")));
        }

        @Override
        public Answer get(
                String service, String path, Map<String, String> headers, Duration timeout) {
            asked.add(service + path + " " + headers.getOrDefault("end-user", ""));
            return answers.getOrDefault(service, Answer.NONE);
        }
    }

    private static Call get(String path) {
        return new Call("GET", path, Map.of(), "");
    }

    private static Reviews reviews(String version, Peers peers) {
        return new Reviews(Reviews.Stars.of(version), "reviews-" + version, "null", peers);
    }

    private static String body(Reply reply) {
        return reply.body();
    }

    @Test
    void reviewsOfVersionOneDoNotAskForRatings() {
        var peers = Script.of("ratings", 200, RATINGS);
        var reply = reviews("v1", peers).answer(get("/reviews/0"));
        assertThat(body(reply)).contains("\"podname\": \"reviews-v1\"").doesNotContain("rating");
        assertThat(peers.asked()).isEmpty();
    }

    @Test
    void reviewsOfVersionTwoShowBlackStarsAndOfVersionThreeRedOnes() {
        var peers = Script.of("ratings", 200, RATINGS);
        assertThat(body(reviews("v2", peers).answer(get("/reviews/0"))))
                .contains("\"rating\": {\"stars\": 5, \"color\": \"black\"}");
        assertThat(body(reviews("v3", peers).answer(get("/reviews/0"))))
                .contains("\"rating\": {\"stars\": 4, \"color\": \"red\"}");
    }

    @Test
    void reviewsWithoutRatingsSaySo() {
        var reply = reviews("v2", Script.of("none", 200, "")).answer(get("/reviews/0"));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(body(reply)).contains("Ratings service is currently unavailable");
    }

    @Test
    void theUserOfTheCookieGoesOnAsTheEndUserHeader() {
        var peers = Script.of("details", 200, "{}");
        new ProductPage("productpage-v1", peers)
                .answer(new Call("GET", "/productpage", Map.of("Cookie", "a=b; user=jason"), ""));
        assertThat(peers.asked()).contains("details/details/0 jason", "reviews/reviews/0 jason");
    }

    @Test
    void aPageWithoutReviewsShowsAnErrorAndTheDetails() {
        var peers = Script.of("details", 200, body(new Details().answer(get("/details/0"))));
        var reply = new ProductPage("p", peers).answer(get("/productpage"));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(body(reply))
                .contains("<title>Simple Bookstore App</title>", "William Shakespeare")
                .contains("Error fetching product reviews!")
                .doesNotContain("Error fetching product details!");
    }

    @Test
    void loggingInSetsACookieAndLoggingOutRemovesIt() {
        var page = new ProductPage("p", Script.of("none", 200, ""));
        var in = page.answer(new Call("POST", "/login", Map.of(), "username=jason&passwd=x"));
        assertThat(in.status()).isEqualTo(302);
        assertThat(in.headers()).containsEntry("set-cookie", "user=jason; Path=/; HttpOnly");
        assertThat(page.answer(get("/logout")).headers().get("set-cookie")).contains("Max-Age=0");
    }

    @Test
    void aUserNameThatCannotStandInAHeaderIsRefused() {
        var page = new ProductPage("p", Script.of("none", 200, ""));
        var reply = page.answer(new Call("POST", "/login", Map.of(), "username=a%0d%0ab"));
        assertThat(reply.status()).isEqualTo(400);
    }

    @Test
    void whatIsNotANumberIsABadRequest() {
        assertThat(new Details().answer(get("/details/x")).status()).isEqualTo(400);
        assertThat(new Ratings().answer(get("/ratings/")).status()).isEqualTo(400);
        assertThat(reviews("v1", Script.of("", 0, "")).answer(get("/reviews/-7")).status())
                .isEqualTo(400);
    }

    @Test
    void postedRatingsAreAnsweredFromThenOn() {
        var ratings = new Ratings();
        ratings.answer(
                new Call("POST", "/ratings/7", Map.of(), "{\"Reviewer1\":1,\"Reviewer2\":2}"));
        assertThat(body(ratings.answer(get("/ratings/7")))).contains("\"Reviewer1\": 1");
        assertThat(body(ratings.answer(get("/ratings/0")))).contains("\"Reviewer1\": 5");
    }

    @Test
    void theApiPassesOnTheStatusOfAFailingPeer() {
        var page = new ProductPage("p", Script.of("reviews", 503, "no healthy upstream"));
        var reply = page.answer(get("/api/v1/products/0/reviews"));
        assertThat(reply.status()).isEqualTo(503);
        assertThat(body(reply)).contains("Sorry, product reviews are currently unavailable");
    }
}
