package chat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;
import org.springframework.http.converter.StringHttpMessageConverter;
import org.springframework.http.converter.json.MappingJackson2HttpMessageConverter;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** What Spring Boot would do, made of what Debian packages: the recipe's controller in a server of its own. */
public class Main {
    public static class Adapter extends RequestMappingHandlerAdapter {
        public Adapter() {
            setMessageConverters(List.of(
                new StringHttpMessageConverter(StandardCharsets.UTF_8),
                new MappingJackson2HttpMessageConverter()));
        }
    }

    public static void main(String[] args) throws Exception {
        var context = new AnnotationConfigWebApplicationContext();
        context.register(RequestMappingHandlerMapping.class, Adapter.class, ChatController.class);
        var servlet = new ServletHolder(new DispatcherServlet(context));
        servlet.setAsyncSupported(true);
        var handler = new ServletContextHandler();
        handler.addServlet(servlet, "/");
        var server = new Server();
        var connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(handler);
        server.start();
        System.out.println("listening on http://127.0.0.1:" + connector.getLocalPort());
        server.join();
    }
}
