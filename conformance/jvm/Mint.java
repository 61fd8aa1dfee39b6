import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.File;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jetbrains.kotlin.cli.jvm.K2JVMCompiler;

/**
 * Compiles Java and Kotlin spellings, each into the folder where it stands, or runs them; the job comes in on standard
 * input. Out goes which of them compile, or what their tokens say. Started by conformance.minting.jvm.
 */
public final class Mint {
  /** Sorts the names of claims: the order of `Map.of` is another one in every virtual machine. */
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

  private static final PrintStream SILENCE = new PrintStream(OutputStream.nullOutputStream());

  public static void main(String[] arguments) throws Exception {
    JsonNode job = JSON.readTree(System.in);
    ArrayNode results = JSON.createArrayNode();
    for (JsonNode file : job.get("files")) {
      File source = new File(file.asText());
      if (job.get("compile").asBoolean()) {
        results.add(compiles(source, job.get("libraries").asText()));
      } else {
        results.add(outcome(source));
      }
    }
    System.out.println(JSON.writeValueAsString(results));
  }

  private static boolean compiles(File source, String libraries) {
    String folder = source.getParent();
    if (source.getName().endsWith(".kt")) {
      String[] options = {"-d", folder, "-cp", libraries, "-no-stdlib", "-java-parameters", "-nowarn", source.getPath()};
      return new K2JVMCompiler().exec(SILENCE, options).getCode() == 0;
    }
    String[] options = {"-d", folder, "-cp", libraries, "-parameters", "-nowarn", source.getPath()};
    return ToolProvider.getSystemJavaCompiler().run(null, SILENCE, SILENCE, options) == 0;
  }

  /** What the tokens of a spelling say, one for each combination of its flags, or what it throws. */
  private static ArrayNode outcome(File source) throws Exception {
    ArrayNode found = JSON.createArrayNode();
    String name = source.getName().endsWith(".kt") ? "Token_serverKt" : "TokenServer";
    URL[] folder = {source.getParentFile().toURI().toURL()};
    try (URLClassLoader loader = new URLClassLoader(folder)) {
      Method method = createToken(loader.loadClass(name));
      for (Object[] values : calls(method)) {
        found.addObject().set("payload", payload((String) method.invoke(null, values)));
      }
    } catch (InvocationTargetException thrown) {
      found.removeAll().addObject().put("error", thrown.getCause().getClass().getSimpleName());
    } catch (ClassNotFoundException notCompiled) {
      found.removeAll();
    }
    return found;
  }

  private static Method createToken(Class<?> type) {
    return Stream.of(type.getDeclaredMethods())
        .filter(method -> method.getName().equals("createToken") && Modifier.isStatic(method.getModifiers()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(type + " has no createToken"));
  }

  /** Arguments for a method: both values of flags, made-up text otherwise. */
  private static List<Object[]> calls(Method method) {
    List<Object[]> calls = new ArrayList<>(List.<Object[]>of(new Object[0]));
    for (Parameter parameter : method.getParameters()) {
      boolean isFlag = parameter.getType() == boolean.class;
      Object[] choices = isFlag ? new Object[] {false, true} : new Object[] {parameter.getName() + " of the caller"};
      List<Object[]> longer = new ArrayList<>();
      for (Object[] call : calls) {
        for (Object choice : choices) {
          longer.add(Stream.concat(Stream.of(call), Stream.of(choice)).toArray());
        }
      }
      calls = longer;
    }
    return calls;
  }

  private static JsonNode payload(String token) throws Exception {
    return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
  }
}
