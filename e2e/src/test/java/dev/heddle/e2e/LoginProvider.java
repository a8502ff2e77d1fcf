package dev.heddle.e2e;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configuration.OAuth2AuthorizationServerConfiguration;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.oidc.OidcUserInfo;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.oidc.authentication.OidcUserInfoAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.filter.DelegatingFilterProxy;

/// A provider of OpenID Connect on the loopback: Spring's authorization server, which knows `ann`,
/// who is in the group `mesh`, `cat`, of whom it says that in its userinfo alone, and `bob`, who is
/// in none, all with the password `secret`; and three clients that must show a code's verifier:
/// `shop`, `brief`, whose tokens are good for [#BRIEF], and `console`.
public final class LoginProvider implements AutoCloseable {
    static final Duration BRIEF = Duration.ofSeconds(3);

    private final Tomcat tomcat = new Tomcat();

    /// @param directory for what Tomcat wants to keep
    LoginProvider(Path directory) throws IOException {
        this(directory, new ConsolePage("http://console.example"));
    }

    /// Where browsers find the client `console`.
    public record ConsolePage(String address) {}

    /// @param directory for what Tomcat wants to keep
    public LoginProvider(Path directory, ConsolePage console) throws IOException {
        tomcat.setBaseDir(directory.toString());
        tomcat.setPort(0);
        tomcat.getConnector()
                .setProperty("address", InetAddress.getLoopbackAddress().getHostAddress());
        Context context = tomcat.addContext("", directory.toString());
        context.addServletContainerInitializer(
                (_, servlets) -> {
                    var application = new AnnotationConfigWebApplicationContext();
                    application.setServletContext(servlets);
                    application.addBeanFactoryPostProcessor(
                            it -> it.registerSingleton("console", console));
                    application.register(Settings.class);
                    application.refresh();
                    servlets.addFilter(
                                    "security",
                                    new DelegatingFilterProxy(
                                            "springSecurityFilterChain", application))
                            .addMappingForUrlPatterns(null, false, "/*");
                },
                Set.of());
        Tomcat.addServlet(context, "nothing", new Nothing());
        context.addServletMappingDecoded("/", "nothing");
        try {
            tomcat.start();
        } catch (LifecycleException e) {
            throw new IOException(e);
        }
    }

    /// What is behind the filters.
    private static final class Nothing extends HttpServlet {
        private static final long serialVersionUID = 1;
    }

    int port() {
        return tomcat.getConnector().getLocalPort();
    }

    /// As its tokens have it.
    public String issuer() {
        return "http://127.0.0.1:" + port();
    }

    @Override
    public void close() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
    }

    /// What it is made of.
    @Configuration(proxyBeanMethods = false)
    @EnableWebSecurity
    static class Settings {
        @Bean
        @Order(1)
        SecurityFilterChain protocol(HttpSecurity http) throws Exception {
            var server = new OAuth2AuthorizationServerConfigurer();
            return http.securityMatcher(server.getEndpointsMatcher())
                    .with(
                            server,
                            it ->
                                    it.oidc(oidc ->
                                            oidc.userInfoEndpoint(
                                                    info -> info.userInfoMapper(Settings::info))))
                    .exceptionHandling(it ->
                            it.defaultAuthenticationEntryPointFor(
                                    new LoginUrlAuthenticationEntryPoint("/login"),
                                    Settings::isOfBrowser))
                    .authorizeHttpRequests(it -> it.anyRequest().authenticated())
                    .build();
        }

        private static OidcUserInfo info(OidcUserInfoAuthenticationContext asked) {
            String name = asked.getAuthorization().getPrincipalName();
            return new OidcUserInfo(
                    name.equals("cat")
                            ? Map.of("sub", name, "groups", List.of("mesh"))
                            : Map.of("sub", name));
        }

        /// Programs are told that they are nobody, people are shown where to log in.
        private static boolean isOfBrowser(HttpServletRequest request) {
            return String.valueOf(request.getHeader("accept")).contains("text/html");
        }

        @Bean
        @Order(2)
        SecurityFilterChain login(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(it -> it.anyRequest().authenticated())
                    .csrf(it -> it.disable())
                    .formLogin(Customizer.withDefaults())
                    .build();
        }

        @Bean
        UserDetailsService people() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("ann").password("{noop}secret").roles("USER").build(),
                    User.withUsername("cat").password("{noop}secret").roles("USER").build(),
                    User.withUsername("bob").password("{noop}secret").roles("USER").build());
        }

        @Bean
        RegisteredClientRepository clients(ConsolePage console) {
            return new InMemoryRegisteredClientRepository(
                    client(
                            "shop",
                            "http://shop.example/",
                            "oauth2/callback",
                            Duration.ofMinutes(5)),
                    client("brief", "http://brief.example/", "oauth2/callback", BRIEF),
                    client("console", console.address() + "/", "signed-in", Duration.ofMinutes(5)));
        }

        /// Tells clients which groups somebody is in.
        @Bean
        OAuth2TokenCustomizer<JwtEncodingContext> groups() {
            return it -> {
                if (it.getPrincipal().getName().equals("ann")) {
                    it.getClaims().claim("groups", List.of("mesh"));
                }
            };
        }

        private static RegisteredClient client(
                String id, String page, String callback, Duration lifetime) {
            return RegisteredClient.withId(id)
                    .clientId(id)
                    .clientSecret("{noop}hush-" + id)
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                    .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                    .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
                    .redirectUri(page + callback)
                    // Of a program that waits on its user's machine, at any port (RFC 8252, 7.3).
                    .redirectUri("http://127.0.0.1/signed-in")
                    .postLogoutRedirectUri(page)
                    .scope("openid")
                    .scope("profile")
                    .clientSettings(
                            ClientSettings.builder()
                                    .requireProofKey(true)
                                    .requireAuthorizationConsent(false)
                                    .build())
                    .tokenSettings(TokenSettings.builder().accessTokenTimeToLive(lifetime).build())
                    .build();
        }

        @Bean
        JWKSource<SecurityContext> keys() throws JOSEException {
            return new ImmutableJWKSet<>(
                    new JWKSet(new RSAKeyGenerator(2048).keyID("key").generate()));
        }

        @Bean
        JwtDecoder decoder(JWKSource<SecurityContext> keys) {
            return OAuth2AuthorizationServerConfiguration.jwtDecoder(keys);
        }

        @Bean
        AuthorizationServerSettings settings() {
            return AuthorizationServerSettings.builder().build();
        }
    }
}
