import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What a database tool does through a tunnel: JdbcCheck URL USER BULK_QUERY SLOW_QUERY, the password in JDBC_PASSWORD. */
public class JdbcCheck {
    public static void main(String[] args) throws Exception {
        String url = args[0], user = args[1], bulk = args[2], slow = args[3], password = System.getenv("JDBC_PASSWORD");
        try (Connection connection = DriverManager.getConnection(url, user, password)) {
            System.out.println("connected");
            int rows = 0;
            try (var statement = connection.createStatement(); var result = statement.executeQuery(bulk)) {
                while (result.next()) {
                    rows++;
                    if (result.getInt(1) != rows || result.getString(2).length() != 32) throw new IllegalStateException("row " + rows);
                }
            }
            System.out.println("rows " + rows);
            cancel(connection, slow);
        }
        connectTenTimes(url, user, password);
        System.exit(0);
    }

    // Both drivers cancel over a second connection, through the same tunnel.
    private static void cancel(Connection connection, String slow) throws Exception {
        var pool = Executors.newSingleThreadExecutor();
        try (var statement = connection.createStatement()) {
            Future<String> outcome = pool.submit(() -> {
                try (var result = statement.executeQuery(slow)) {
                    // MariaDB's sleep() answers 1 when it was interrupted.
                    return result.next() && "1".equals(result.getString(1)) ? "cancelled" : "ended by itself";
                } catch (SQLException e) {
                    return "cancelled";
                }
            });
            // A cancel that comes before the query is lost: it is repeated until the query ends.
            while (true) {
                statement.cancel();
                try {
                    System.out.println(outcome.get(300, TimeUnit.MILLISECONDS));
                    break;
                } catch (java.util.concurrent.TimeoutException e) {
                    continue;
                }
            }
        }
        pool.shutdown();
    }

    private static void connectTenTimes(String url, String user, String password) throws Exception {
        var pool = Executors.newFixedThreadPool(10);
        var all = new CountDownLatch(10);
        List<Future<Boolean>> results = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            results.add(pool.submit(() -> {
                try (Connection connection = DriverManager.getConnection(url, user, password); var statement = connection.createStatement()) {
                    all.countDown();
                    // All ten are open at once before any of them asks.
                    if (!all.await(30, TimeUnit.SECONDS)) return false;
                    try (var result = statement.executeQuery("select 1")) {
                        return result.next();
                    }
                }
            }));
        }
        for (Future<Boolean> result : results) if (!result.get()) throw new IllegalStateException("a connection failed");
        System.out.println("ten connections");
        pool.shutdown();
    }
}
