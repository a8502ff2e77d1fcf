package dev.heddle.compiler.lower.istio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostFormsTest {
    private static final String CALLER = "default.svc.cluster.local";

    @Test
    void aServiceOfTheCallersNamespaceHasItsNameAlone() {
        assertThat(HostForms.of("reviews.default.svc.cluster.local", CALLER).all())
                .containsExactly(
                        "reviews.default.svc.cluster.local",
                        "reviews.default.svc.cluster.local.",
                        "reviews",
                        "reviews.default",
                        "reviews.default.svc");
    }

    @Test
    void aServiceOfAnotherNamespaceIsNotCalledByItsNameAlone() {
        assertThat(HostForms.of("reviews.shop.svc.cluster.local", CALLER).shortened())
                .containsExactly("reviews.shop", "reviews.shop.svc");
    }

    @Test
    void aServiceOfAnotherDomainHasNoShortForm() {
        assertThat(HostForms.of("reviews.default.svc.other.domain", CALLER).shortened()).isEmpty();
        assertThat(HostForms.of("api.example.com", CALLER).all())
                .containsExactly("api.example.com", "api.example.com.");
    }

    @Test
    void anAddressAndAWildcardAreWhatTheyAre() {
        assertThat(HostForms.of("10.0.0.1", CALLER).all()).containsExactly("10.0.0.1");
        assertThat(HostForms.of("*.example.com", CALLER).all()).containsExactly("*.example.com");
    }

    @Test
    void aCallerOutsideOfKubernetesLeavesOutWhatBothEndIn() {
        assertThat(HostForms.of("foo.local.campus.net", "local.campus.net").shortened())
                .containsExactly("foo");
        assertThat(HostForms.of("foo.local.campus.net", "remote.campus.net").shortened())
                .containsExactly("foo.local", "foo.local.campus");
        assertThat(HostForms.of("foo.local.campus.net", "example.com").shortened()).isEmpty();
        assertThat(HostForms.of("foo.local.campus.net", "").shortened()).isEmpty();
    }
}
