namespace Postern.Server.Recordings.Statements.Postgres;

/// <summary>How much is kept of the messages of protocol 3.x, by type; negative where there is none.</summary>
internal static class PostgresMessages
{
    public const int SslRequest = 80877103, GssRequest = 80877104, CancelRequest = 80877102, Version3 = 3;

    private const int None = -1, Names = 4096, Tag = 64;

    // Type 0 is a first message, which has none. A password ('p') is never kept.
    public static int[] Client { get; } = Table(
        (0, StatementLimits.Startup), ('Q', StatementLimits.Text + 1), ('P', StatementLimits.Text + Names), ('B', Names), ('E', Names), ('D', Names), ('C', Names),
        ('F', 4), ('S', 0), ('H', 0), ('d', 0), ('c', 0), ('f', 0), ('p', 0), ('X', 0));

    public static int[] Server { get; } = Table(
        ('R', 0), ('K', 4), ('S', StatementLimits.Name * 2), ('N', 0), ('A', 0), ('v', 0), ('Z', 1), ('1', 0), ('2', 0), ('3', 0), ('T', 0), ('t', 0), ('n', 0), ('D', 0),
        ('C', Tag), ('I', 0), ('s', 0), ('E', StatementLimits.Error), ('G', 0), ('H', 0), ('W', 0), ('d', 0), ('c', 0), ('V', 0));

    private static int[] Table(params ReadOnlySpan<(int Type, int Keep)> messages)
    {
        var table = new int[256];
        Array.Fill(table, None);
        foreach (var (type, keep) in messages)
            table[type] = keep;
        return table;
    }
}
