package dev.heddle.verify.junit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// Gives tests a parameter of type [MeshUnderTest], of a configuration in files.
///
/// ```
///   @HeddleMesh(config = "mesh/")
///   class RoutesTest {
///       @Test
///       void jasonGetsTheNewVersion(MeshUnderTest mesh) {
///           mesh.from("app=web").get("http://reviews:9080/")
///                   .with("end-user", "jason")
///                   .goesTo("reviews", "v2");
///       }
///   }
/// ```
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(MeshExtension.class)
public @interface HeddleMesh {
    /// Files and directories of YAML, from the directory that tests run in.
    String[] config();

    /// Where workloads are looked for first.
    String namespace() default "default";
}
