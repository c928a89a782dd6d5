// What pgjdbc.test.ts has pgJDBC do: one scenario per run, named by the first argument. Every line on stdout is one JSON
// object with an "event". The connection comes from libpq's environment.
import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.postgresql.PGConnection;

public final class Client {
  interface Work { Object run() throws Exception; }

  static String quote(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char one : text.toCharArray()) {
      if (one == '"' || one == '\\') out.append('\\').append(one);
      else if (one < ' ' || one > '~') out.append(String.format("\\u%04x", (int) one));
      else out.append(one);
    }
    return out.append('"').toString();
  }

  static String json(Object value) {
    if (value == null) return "null";
    if (value instanceof Number || value instanceof Boolean) return value.toString();
    if (value instanceof List<?> list) {
      List<String> parts = new ArrayList<>();
      for (Object one : list) parts.add(json(one));
      return "[" + String.join(",", parts) + "]";
    }
    return quote(value.toString());
  }

  static synchronized void tell(String event, Object value) {
    System.out.println("{\"event\":" + quote(event) + ",\"value\":" + json(value) + "}");
    System.out.flush();
  }

  static void attempt(String event, Work work) throws Exception {
    try {
      tell(event, work.run());
    } catch (BatchUpdateException error) {
      SQLException cause = error.getNextException() == null ? error : error.getNextException();
      tell(event, "error " + cause.getSQLState());
    } catch (SQLException error) {
      tell(event, "error " + error.getSQLState());
    }
  }

  static Connection connect(String... settings) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", System.getenv("PGUSER"));
    properties.setProperty("password", System.getenv("PGPASSWORD"));
    properties.setProperty("sslmode", System.getenv("PGSSLMODE"));
    properties.setProperty("sslrootcert", System.getenv("PGSSLROOTCERT"));
    for (int i = 0; i < settings.length; i += 2) properties.setProperty(settings[i], settings[i + 1]);
    return DriverManager.getConnection("jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE"), properties);
  }

  static List<Object> rows(ResultSet result) throws SQLException {
    List<Object> all = new ArrayList<>();
    int width = result.getMetaData().getColumnCount();
    while (result.next()) {
      List<Object> row = new ArrayList<>();
      for (int i = 1; i <= width; i++) row.add(result.getObject(i));
      all.add(row);
    }
    return all;
  }

  static List<Object> ask(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
      return rows(result);
    }
  }

  static int change(Connection connection, String query, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      for (int i = 0; i < values.length; i++) statement.setObject(i + 1, values[i]);
      int count = statement.executeUpdate();
      for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) tell("notice", warning.getMessage());
      return count;
    }
  }

  static final String MASKED = "SELECT email, phone, iban, card_number FROM customers WHERE id = ?";

  static void masked() throws Exception {
    for (String mode : Arrays.asList("extended", "extendedForPrepared", "extendedCacheEverything", "simple")) {
      // binaryTransfer with a threshold of one: the statement is named at once, and its results come in binary.
      try (Connection connection = connect("preferQueryMode", mode, "prepareThreshold", "1", "binaryTransfer", "true");
          PreparedStatement statement = connection.prepareStatement(MASKED)) {
        for (int i = 0; i < 3; i++) {
          statement.setInt(1, 7);
          try (ResultSet result = statement.executeQuery()) {
            tell("rows", rows(result));
          }
        }
        tell("columns", statement.getMetaData().getColumnName(1));
      }
    }
    // Plaintext on loopback, and the sort of questions tools ask about a database.
    try (Connection connection = connect("sslmode", "disable")) {
      int tables = 0;
      try (ResultSet result = connection.getMetaData().getTables(null, "public", "%", new String[] {"TABLE"})) {
        while (result.next()) tables++;
      }
      tell("tables", tables);
      try (ResultSet result = connection.getMetaData().getColumns(null, "public", "customers", "%")) {
        tell("described", rows(result).size());
      }
      try (ResultSet result = connection.getMetaData().getPrimaryKeys(null, "public", "customers")) {
        tell("keys", rows(result).size());
      }
    }
  }

  static void denied() throws Exception {
    for (String mode : Arrays.asList("extended", "simple")) {
      try (Connection connection = connect("preferQueryMode", mode)) {
        attempt("drop", () -> change(connection, "DROP TABLE invoices"));
        attempt("after", () -> ask(connection, "SELECT 1"));
        connection.setAutoCommit(false);
        ask(connection, "SELECT 1");
        Savepoint savepoint = connection.setSavepoint();
        attempt("drop", () -> change(connection, "DROP TABLE invoices"));
        attempt("aborted", () -> ask(connection, "SELECT 1"));
        connection.rollback(savepoint);
        attempt("after", () -> ask(connection, "SELECT 1"));
        attempt("drop", () -> change(connection, "DROP TABLE invoices"));
        connection.rollback();
        attempt("after", () -> ask(connection, "SELECT 1"));
        connection.rollback();
      }
    }
    try (Connection connection = connect("autosave", "always")) {
      connection.setAutoCommit(false);
      attempt("drop", () -> change(connection, "DROP TABLE invoices"));
      attempt("after", () -> ask(connection, "SELECT 1"));
      connection.commit();
    }
  }

  static void held() throws Exception {
    try (Connection connection = connect("prepareThreshold", "1"); PreparedStatement statement = connection.prepareStatement("DELETE FROM invoice_lines WHERE id = ?")) {
      for (int id : new int[] {11, 12, 13}) {
        statement.setInt(1, id);
        attempt("deleted", statement::executeUpdate);
      }
      connection.setAutoCommit(false);
      attempt("deleted", () -> change(connection, "DELETE FROM invoice_lines WHERE id = ?", 14));
      connection.rollback();
      tell("left", ask(connection, "SELECT id::int FROM invoice_lines WHERE id BETWEEN 11 AND 14 ORDER BY id"));
      connection.rollback();
    }
  }

  static void batch() throws Exception {
    try (Connection connection = connect()) {
      connection.setAutoCommit(false);
      attempt("batch", () -> {
        try (PreparedStatement statement = connection.prepareStatement("DELETE FROM invoice_lines WHERE id = ?")) {
          for (int id : new int[] {21, 22, 23}) {
            statement.setInt(1, id);
            statement.addBatch();
          }
          List<Object> counts = new ArrayList<>();
          for (int count : statement.executeBatch()) counts.add(count);
          return counts;
        }
      });
      connection.commit();
      attempt("batch", () -> {
        try (Statement statement = connection.createStatement()) {
          statement.addBatch("UPDATE invoices SET total = total WHERE id = 31");
          statement.addBatch("DROP TABLE invoices");
          statement.addBatch("UPDATE invoices SET total = total WHERE id = 32");
          statement.executeBatch();
          return "done";
        }
      });
      connection.rollback();
      tell("after", ask(connection, "SELECT 1"));
      connection.rollback();
    }
  }

  static void fetch() throws Exception {
    try (Connection connection = connect()) {
      connection.setAutoCommit(false);
      List<Object> all = new ArrayList<>();
      try (PreparedStatement statement = connection.prepareStatement("SELECT id, email FROM customers ORDER BY id")) {
        statement.setFetchSize(150);
        try (ResultSet result = statement.executeQuery()) {
          all.addAll(rows(result));
        }
      }
      tell("fetched", all);
      // A held change whose answer is fetched in pieces is approved once.
      attempt("returned", () -> {
        try (PreparedStatement statement = connection.prepareStatement("UPDATE invoices SET total = total WHERE id BETWEEN 41 AND 50 RETURNING id")) {
          statement.setFetchSize(3);
          try (ResultSet result = statement.executeQuery()) {
            return rows(result).size();
          }
        }
      });
      connection.commit();
    }
  }

  static void cancel(String query) throws Exception {
    try (Connection connection = connect(); Statement statement = connection.createStatement()) {
      Thread waiter = new Thread(() -> {
        try {
          System.in.read();
          statement.cancel();
        } catch (Exception error) {
          throw new IllegalStateException(error);
        }
      });
      waiter.start();
      attempt("ended", () -> statement.execute(query));
      waiter.join();
      attempt("after", () -> ask(connection, "SELECT 1"));
    }
  }

  static void copies() throws Exception {
    try (Connection connection = connect()) {
      var copies = connection.unwrap(PGConnection.class).getCopyAPI();
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 20000; i++) lines.append("1\tJDBC-").append(i).append("\t1\t1.00\n");
      for (int i = 0; i < 2; i++) attempt("copied", () -> copies.copyIn("COPY invoice_lines (invoice_id, sku, quantity, price) FROM STDIN", new StringReader(lines.toString())));
      attempt("broken", () -> copies.copyIn("COPY invoice_lines (invoice_id, sku, quantity, price) FROM STDIN", new StringReader("1\tJDBC-HALF\t1\t1.00\n1\tJDBC-HALF\tx\t1.00\n")));
      tell("count", ask(connection, "SELECT count(*)::int FROM invoice_lines WHERE sku LIKE 'JDBC-%'"));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      tell("lines", copies.copyOut("COPY customers TO STDOUT", out));
      tell("out", out.toString("UTF-8"));
    }
  }

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "masked" -> masked();
      case "denied" -> denied();
      case "held" -> held();
      case "batch" -> batch();
      case "fetch" -> fetch();
      case "cancel" -> cancel(args[1]);
      case "copies" -> copies();
      default -> throw new IllegalArgumentException("no such scenario");
    }
  }
}
