using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Postern.Server.Storage;

/// <summary>Statements on a connection. Written without code made at run time, which a program of machine code cannot do.</summary>
internal static class SqlConnections
{
    /// <returns>The number of rows changed.</returns>
    public static async Task<int> ExecuteAsync(this DbConnection connection, string sql, SqlParameters? parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The same statement once for each of the rows, understood by the database once.</summary>
    /// <returns>The number of rows changed.</returns>
    public static async Task<int> ExecuteEachAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        this DbConnection connection, string sql, IEnumerable<T> rows, CancellationToken cancellationToken) where T : class
    {
        await using var command = Command(connection, sql, null);
        var changed = 0;
        foreach (var row in rows)
        {
            SqlParameters.Of(row).SetOn(command);
            changed += await command.ExecuteNonQueryAsync(cancellationToken);
        }
        return changed;
    }

    /// <summary>The first column of the first row; null when there is none.</summary>
    public static async Task<T?> ExecuteScalarAsync<T>(this DbConnection connection, string sql, SqlParameters? parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteScalarAsync(cancellationToken) is { } value and not DBNull ? (T)SqlRow.As(typeof(T), value) : default;
    }

    public static async Task<List<T>> QueryAsync<[DynamicallyAccessedMembers(SqlRow.Needed)] T>(
        this DbConnection connection, string sql, SqlParameters? parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (row, rows) = (new SqlRow<T>(reader), new List<T>());
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(row.Read(reader));
        return rows;
    }

    /// <summary>The only row; the default value (null) when there is none.</summary>
    /// <exception cref="InvalidOperationException">There are several.</exception>
    public static async Task<T?> QuerySingleOrDefaultAsync<[DynamicallyAccessedMembers(SqlRow.Needed)] T>(
        this DbConnection connection, string sql, SqlParameters? parameters, CancellationToken cancellationToken)
        => (await connection.QueryAsync<T>(sql, parameters, cancellationToken)).SingleOrDefault();

    private static DbCommand Command(DbConnection connection, string sql, SqlParameters? parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        parameters?.AddTo(command);
        return command;
    }
}
