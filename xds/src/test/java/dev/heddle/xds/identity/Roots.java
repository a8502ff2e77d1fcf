package dev.heddle.xds.identity;

/// Certificates that tests read.
final class Roots {
    /// A root on P-256.
    static final String EC =
            """
            -----BEGIN CERTIFICATE-----
            MIIBjzCCATWgAwIBAgIUQAkS9NNDNmkaUZpwJn2Ssa2Nc3QwCgYIKoZIzj0EAwIw
            FDESMBAGA1UECgwJYS5leGFtcGxlMCAXDTI2MTEyOTE5NTEzNFoYDzIxMjYxMTA1
            MTk1MTM0WjAUMRIwEAYDVQQKDAlhLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
            PQMBBwNCAASgw6PFfxC8Og60Oas8tbVU0rxU2gYPDoifo5Q2gDAA1Tv7MjF2SwB3
            zh9VuUt7Z1zNCGw7edT8ZqAiZjKkz4KKo2MwYTAdBgNVHQ4EFgQUma3MsSUz4Soy
            8BawmBhHCLubcu4wHwYDVR0jBBgwFoAUma3MsSUz4Soy8BawmBhHCLubcu4wDwYD
            VR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwCgYIKoZIzj0EAwIDSAAwRQIg
            IVO8UlVwj42CZvDqqTvethoaW79i7DlG7MjsVtFdS6ECIQCYUnfF5kbtVGHfhJsz
            bLgUw7QLQTMNpbpezSC8RyPHWw==
            -----END CERTIFICATE-----
            """;

    /// A root with an RSA key of 2048 bits.
    static final String RSA =
            """
            -----BEGIN CERTIFICATE-----
            MIIDGzCCAgOgAwIBAgIUJL+BRuYZNVLtQHEmv3JjUUJjrV4wDQYJKoZIhvcNAQEL
            BQAwFDESMBAGA1UECgwJYi5leGFtcGxlMCAXDTI2MTEyOTE5NTEzNFoYDzIxMjYx
            MTA1MTk1MTM0WjAUMRIwEAYDVQQKDAliLmV4YW1wbGUwggEiMA0GCSqGSIb3DQEB
            AQUAA4IBDwAwggEKAoIBAQDB2mZYSCvONqLXFZbs+NyJjupAvfBO5fQ+ZaCWeY4m
            2i+JRLSP6OyXpt55uSzWTDHK7NNNdph+1EBiHhN72PTlNDQgRUi/p30m3kvnQvOf
            FzpVP1v5rCORivCaZxN2vchiQj0BM+e3veAQvBHZ5I2r7t/qHxlawAbplsuFtQ6g
            f5//6LZzU6A0qOgTfvePNg2iNQcptQuVRKpYPlaLw9r7Rvn3XiankNFzTDWqeWCN
            tntzPYcaum6LgK3Pc0WdlxohKGHqtHz5FQ61vQla2S/GedRcIp4vXOdjGISNECGo
            yQZzam6/6NxH1C9OSrzPGvQlfKu6YQ2XdJBbxkqGH9bRAgMBAAGjYzBhMB0GA1Ud
            DgQWBBSzuiHZ2y6A0TP97w97M0G4rvlnljAfBgNVHSMEGDAWgBSzuiHZ2y6A0TP9
            7w97M0G4rvlnljAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjANBgkq
            hkiG9w0BAQsFAAOCAQEAk4lxoMQssRmTfShBHeXY10FaJ8nb9v4AG8TxwqRyZZMF
            6bCxMtvN+NhzgUSC1PQngLf3goCUrCWZm7HvoIDXNvJOtphpIvQ0ZwhoOYj74hPr
            D3r6eHKa1+urpdjNL/7GKbgz+vY42APh+wSV9OfOgGknsQPZF31vUApdKbQBzkIo
            1IAPLiAZHkM6HWTrDqfilPjXdBTJqXTJz0IWzf+odoi6Qe/tV+JSKmjxpJ+zYNR9
            oM9cuhIwBVghc+wMZPoqpu5SiOyuGeBPJHB/OJ9mOVf2cqHzNp2uDAiFmZv61q7c
            nkFDqqldMN4cmVK/8JaghF+T4Z1yQE6GE080YVuAeg==
            -----END CERTIFICATE-----
            """;

    /// One that may sign nothing.
    static final String LEAF =
            """
            -----BEGIN CERTIFICATE-----
            MIIBcjCCARigAwIBAgIUJAGdsygQWQ2Yrl4rsVnwOnoTQSMwCgYIKoZIzj0EAwIw
            DzENMAsGA1UECgwEbGVhZjAgFw0yNjExMjkxOTUxMzRaGA8yMTI2MTEwNTE5NTEz
            NFowDzENMAsGA1UECgwEbGVhZjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNkY
            BLRYyWJeysO3x/o2DthDitwW6gdOFIueg6o8IO9YhzvxYI0fluxGEle48j2ikyRx
            f+f7KYWxlRZwFXie3CKjUDBOMB0GA1UdDgQWBBRbBOdebjst1JLpIVwNVqMh5tQ7
            sTAfBgNVHSMEGDAWgBRbBOdebjst1JLpIVwNVqMh5tQ7sTAMBgNVHRMBAf8EAjAA
            MAoGCCqGSM49BAMCA0gAMEUCIG0qyFmWSegTP3mPb8SFFIwgCnbVnf1PHgnb2ThF
            Mp4fAiEA5HHeOx/WITzf4Nx7nUewmbQsVBdsTTVEKcWbwb9JU7g=
            -----END CERTIFICATE-----
            """;

    private Roots() {}
}
