import java.sql.DriverManager;
import java.sql.SQLException;

/** Statements of each kind that JDBC has, for what is recorded of them: JdbcStatements URL USER, the password in JDBC_PASSWORD. */
public class JdbcStatements {
    public static void main(String[] args) throws Exception {
        try (var connection = DriverManager.getConnection(args[0], args[1], System.getenv("JDBC_PASSWORD"))) {
            try (var statement = connection.createStatement()) {
                statement.execute("create table jdbc_items (id int primary key, name varchar(40))");
            }
            try (var insert = connection.prepareStatement("insert into jdbc_items values (?, ?)")) {
                for (int i = 1; i <= 3; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, "item " + i);
                    insert.executeUpdate();
                }
                for (int i = 4; i <= 12; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, "batch " + i);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            connection.setAutoCommit(false);
            try (var select = connection.prepareStatement("select id, name from jdbc_items where id > ? order by id")) {
                select.setFetchSize(3);
                select.setInt(1, 5);
                int rows = 0;
                try (var result = select.executeQuery()) {
                    while (result.next()) rows++;
                }
                System.out.println("rows " + rows);
            }
            connection.rollback();
            connection.setAutoCommit(true);
            try (var statement = connection.createStatement()) {
                statement.execute("update jdbc_items set name = 'x' where id < 3; delete from jdbc_items where id = 4");
                statement.executeUpdate("insert into jdbc_items values (1, 'again')");
            } catch (SQLException expected) {
                System.out.println("error " + expected.getErrorCode() + " " + expected.getSQLState());
            }
            try (var statement = connection.createStatement()) {
                statement.execute("drop table jdbc_items");
            }
        }
    }
}
