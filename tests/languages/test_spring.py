"""What stands in front of the handlers of Spring: its security rules and dependencies, filters, interceptors."""

from __future__ import annotations

import pytest

from lk_audit.facts import TokenMint
from tests.languages.minting import facts_of

CONTROLLER = """
package app;
import io.livekit.server.*;
import org.springframework.web.bind.annotation.*;
@RestController
@RequestMapping("/api")
class C {
    @PostMapping("/token")
    public String token(@RequestParam String room, @RequestParam String who) {
        AccessToken token = new AccessToken(System.getenv("K"), System.getenv("S"));
        token.setIdentity(who);
        token.addGrants(new RoomJoin(true), new RoomName(room));
        return token.toJwt();
    }
}
"""
CHAIN = """
package app;
import org.springframework.security.web.SecurityFilterChain;
class Config {
    private static final String[] PUBLIC = { "/health", "/api/**" };
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(auth -> auth.RULE.anyRequest().authenticated()).build();
    }
}
"""
CHAIN_OF_KOTLIN = """
package app
import org.springframework.security.web.SecurityFilterChain
class Config {
    fun chain(http: HttpSecurity): SecurityFilterChain {
        http { authorizeHttpRequests { RULE } }
        return http.build()
    }
}
"""
FILTER = """
package app;
import org.springframework.web.filter.OncePerRequestFilter;
class AuthFilter extends OncePerRequestFilter {
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain) {
        CHECK
        chain.doFilter(request, response);
    }
}
"""
INTERCEPTOR = """
package app;
import org.springframework.web.servlet.HandlerInterceptor;
class AuthInterceptor implements HandlerInterceptor {
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (!tokens.verify(request.getHeader("Authorization"))) { response.setStatus(401); return false; }
        return true;
    }
}
"""
REGISTRY = """
package app;
class Web implements WebMvcConfigurer {
    public void addInterceptors(InterceptorRegistry registry) { registry.addInterceptor(new AuthInterceptor())PATHS; }
}
"""


def is_guarded(**files: str) -> bool:
    """Whether strangers are kept from `POST /api/token` by files, called by names with `_` for the dot."""
    beside = {f"src/main/java/app/{name.replace('_', '.')}": text for name, text in files.items()}
    return is_guarded_beside(beside)


def is_guarded_beside(files: dict[str, str]) -> bool:
    found = facts_of({"src/main/java/app/C.java": CONTROLLER, **files})
    (token,) = [fact for fact in found if isinstance(fact, TokenMint)]
    return token.endpoints[0].authenticated_by is not None


@pytest.mark.parametrize("matcher", ["requestMatchers", "antMatchers", "mvcMatchers", "pathMatchers", "regexMatchers"])
@pytest.mark.parametrize(
    ("rule", "guarded"),
    [
        ('MATCHER("/api/**").authenticated().anyRequest().permitAll()', True),
        ('MATCHER("/api/**").permitAll()', False),
        ('MATCHER("/api/**").anonymous()', False),
        ('MATCHER("/api/**").denyAll()', True),
        ('MATCHER("/health").permitAll()', True),
        ("anyExchange().permitAll()", False),
        ("anyExchange().authenticated()", True),
    ],
)
def test_the_first_rule_of_a_chain_that_covers_a_path_is_for_it(matcher: str, rule: str, *, guarded: bool) -> None:
    assert is_guarded(Config_java=CHAIN.replace("RULE", rule.replace("MATCHER", matcher))) is guarded


@pytest.mark.parametrize(
    ("matched", "guarded"),
    [
        ("PUBLIC", False),
        ('"/health", "/api/**"', False),
        ('new AntPathRequestMatcher("/api/**")', False),
        ('antMatcher(HttpMethod.POST, "/api/**")', False),
        ('HttpMethod.POST, "/api/**"', False),
        ('HttpMethod.OPTIONS, "/**"', True),
        ("HttpMethod.POST", False),
        ("HttpMethod.OPTIONS", True),
        ("PathRequest.toStaticResources().atCommonLocations()", True),
    ],
)
def test_a_matcher_says_which_paths_and_methods_it_is_for(matched: str, *, guarded: bool) -> None:
    rule = f"requestMatchers({matched}).permitAll()"
    assert is_guarded(Config_java=CHAIN.replace("RULE", rule)) is guarded


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("/**", True),
        ("/*", False),
        ("/", False),
        ("/api/*", True),
        ("/api/token", True),
        ("/api/token/", True),
        ("/api/token/**", True),
        ("/api/token/*", False),
        ("/api", False),
        ("/api/t?ken", True),
        ("/api/t*", True),
        ("/api/x*", False),
        ("/*/token", True),
        ("/**/token", True),
        ("/**/*.css", False),
        ("/*.html", False),
        ("/api/{what}", True),
        ("/api/{what}/x", False),
        ("/**/**/**", True),
    ],
)
def test_a_pattern_of_ant_covers_folders_one_by_one(pattern: str, *, covered: bool) -> None:
    rule = f'requestMatchers("{pattern}").permitAll()'
    assert is_guarded(Config_java=CHAIN.replace("RULE", rule)) is not covered


@pytest.mark.parametrize(
    ("rule", "guarded"),
    [
        ('authorize("/api/**", permitAll); authorize(anyRequest, authenticated)', False),
        ('authorize("/health", permitAll); authorize(anyRequest, authenticated)', True),
        ('authorize("/api/**", hasAuthority("member")); authorize(anyRequest, permitAll)', True),
        ('authorize(HttpMethod.POST, "/api/**", permitAll); authorize(anyRequest, authenticated)', False),
        ('authorize(HttpMethod.GET, "/api/**", permitAll); authorize(anyRequest, authenticated)', True),
        ("authorize(anyRequest, permitAll)", False),
        ("authorize(permitAll)", False),
        ("authorize(authenticated)", True),
        ("authorize()", False),
    ],
)
def test_rules_of_kotlin_are_read_alike(rule: str, *, guarded: bool) -> None:
    assert is_guarded(Config_kt=CHAIN_OF_KOTLIN.replace("RULE", rule)) is guarded


@pytest.mark.parametrize(
    ("path", "dependency", "guarded"),
    [
        ("pom.xml", "<artifactId>spring-boot-starter-security</artifactId>", True),
        ("src/pom.xml", "<artifactId>spring-boot-starter-oauth2-client</artifactId>", True),
        ("build.gradle", "implementation 'org.springframework.boot:spring-boot-starter-security'", True),
        ("build.gradle.kts", "implementation('spring-boot-starter-oauth2-resource-server')", True),
        ("pom.xml", "<artifactId>spring-boot-starter-web</artifactId>", False),
        ("pom.xml", "<artifactId>spring-boot-starter-security-test</artifactId>", False),
        ("other/pom.xml", "<artifactId>spring-boot-starter-security</artifactId>", False),
    ],
)
def test_spring_security_without_a_configuration_asks_for_a_login(path: str, dependency: str, *, guarded: bool) -> None:
    assert is_guarded_beside({path: dependency}) is guarded


def test_a_configuration_decides_where_there_is_one() -> None:
    rule = CHAIN.replace("RULE", "requestMatchers(PUBLIC).permitAll()")
    files = {"pom.xml": "<artifactId>spring-boot-starter-security</artifactId>", "src/main/java/app/Config.java": rule}

    assert not is_guarded_beside(files)
    assert not is_guarded_beside({**files, "src/main/java/app/AuthInterceptor.java": INTERCEPTOR})


@pytest.mark.parametrize(
    ("check", "guarded"),
    [
        ('if (!tokens.verify(request.getHeader("Authorization"))) { response.sendError(401); return; }', True),
        ('var auth = request.getHeader("Authorization"); if (!ours.verify(auth)) { throw new Refused(401); }', True),
        (
            'String id = request.getHeader("X-Client"); if (!clients.find(id)) { response.sendError(401); return; }',
            False,
        ),
        ('if (request.getHeader("X-Api-Key") == null) { response.setStatus(401); return; }', False),
        ("log.info(request.getRequestURI());", False),
    ],
)
def test_a_filter_that_refuses_strangers_stands_before_every_handler(check: str, *, guarded: bool) -> None:
    assert is_guarded(AuthFilter_java=FILTER.replace("CHECK", check)) is guarded
    assert not is_guarded(Auth_java=FILTER.replace("CHECK", check).replace("OncePerRequestFilter", "Base"))


@pytest.mark.parametrize(
    ("paths", "guarded"),
    [
        ("", True),
        ('.addPathPatterns("/api/**")', True),
        ('.addPathPatterns("/admin/**", "/api/**")', True),
        ('.addPathPatterns("/admin/**")', False),
        ('.excludePathPatterns("/api/token")', False),
        ('.addPathPatterns("/**").excludePathPatterns("/health")', True),
        ('.addPathPatterns("/**").excludePathPatterns(List.of("/health", "/api/*"))', False),
    ],
)
def test_an_interceptor_stands_before_the_paths_that_it_is_registered_for(paths: str, *, guarded: bool) -> None:
    assert is_guarded(AuthInterceptor_java=INTERCEPTOR, Web_java=REGISTRY.replace("PATHS", paths)) is guarded
