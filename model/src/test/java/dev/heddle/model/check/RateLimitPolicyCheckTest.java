package dev.heddle.model.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.ResourceReader;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitPolicyCheckTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    path: {value: /a}                       | ''
                    path: {value: /a}}, {path: {value: /b}  | spec.local.rules[0].clientSelectors
                    path: {value: a}                        | spec.local.rules[0].clientSelectors[0].path.value
                    methods: [{value: 'G T'}]               | spec.local.rules[0].clientSelectors[0].methods[0].value
                    sourceCIDR: {value: 10.0.0.0/33}        | spec.local.rules[0].clientSelectors[0].sourceCIDR.value
                    headers: [{name: x, type: Distinct, value: a}] | spec.local.rules[0].clientSelectors[0].headers[0]
                    headers: [{name: x}]                    | spec.local.rules[0].clientSelectors[0].headers[0].value
                    """)
    void whatCannotBeIsFound(String selector, String found) {
        String text =
                """
                apiVersion: heddle.dev/v1alpha1
                kind: RateLimitPolicy
                metadata: {name: p, namespace: shop}
                spec:
                  targetRefs: [{kind: Service, name: cart}]
                  local:
                    rules:
                    - clientSelectors: [{%s}]
                      limit: {requests: 1, unit: Hour}
                """
                        .formatted(selector);

        assertThat(ResourceReader.read("case", text).diagnostics())
                .extracting(d -> d.origin().path().toString())
                .isEqualTo(found.isEmpty() ? List.of() : List.of(found));
    }
}
