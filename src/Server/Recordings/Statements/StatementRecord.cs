using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Postern.Server.Recordings.Statements;

/// <summary>One thing that was done to a database: the body of the recording's event <c>s</c>. Absent members are not known or do not apply.</summary>
internal sealed record StatementRecord
{
    /// <summary>One of <see cref="StatementKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>postgresql</c> or <c>mysql</c>; absent in a note about anything else.</summary>
    public string? Protocol { get; init; }

    /// <summary>The number of the forwarded connection, as in its flow.</summary>
    public required long Connection { get; init; }

    /// <summary>When it was sent and how long the server took, in microseconds; an event's own time is when it was recorded.</summary>
    public required long At { get; init; }
    public long? Took { get; init; }

    public string? User { get; init; }
    public string? Database { get; init; }
    public string? Application { get; init; }

    /// <summary>The statement with its secrets masked; when <see cref="Cut"/>, the beginning of <see cref="Bytes"/> bytes.</summary>
    public string? Text { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Cut { get; init; }
    public long? Bytes { get; init; }

    /// <summary>The prepared statement's name, or its number.</summary>
    public string? Name { get; init; }

    /// <summary>How many values were bound. The values themselves are not recorded.</summary>
    public int? Parameters { get; init; }

    /// <summary>Rows returned or affected: of all statements of a text together.</summary>
    public long? Rows { get; init; }

    /// <summary>What the server says it did, one for each statement of a text, the first few; <see cref="CommandCount"/> when there were more.</summary>
    public IReadOnlyList<string>? Commands { get; init; }
    public int? CommandCount { get; init; }

    /// <summary>Bytes of data copied by COPY or LOAD DATA LOCAL.</summary>
    public long? Copied { get; init; }

    /// <summary>The transaction it ran in: <c>none</c> (its own), <c>open</c> or <c>failed</c>.</summary>
    public string? Transaction { get; init; }

    /// <summary>One of <see cref="StatementOutcome"/>.</summary>
    public string? Outcome { get; init; }

    /// <summary>The SQLSTATE or the number of the error, and its message.</summary>
    public string? Code { get; init; }
    public string? Error { get; init; }

    /// <summary>The server's process, or the id, of this connection (connect), or of the one whose statement is to be cancelled.</summary>
    public long? Process { get; init; }

    /// <summary>The connection whose statement is to be cancelled, when it is one of this session.</summary>
    public long? Cancels { get; init; }

    /// <summary>Why statements are not recorded, in a note.</summary>
    public string? Reason { get; init; }

    /// <summary>UTF-8 JSON, in which a statement reads as it was written wherever JSON lets it.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, StatementJsonContext.Readable.StatementRecord);
}

internal static class StatementKind
{
    public const string Connect = "connect", Query = "query", Execute = "execute", Prepare = "prepare", Bind = "bind", Describe = "describe",
        Fetch = "fetch", Commit = "commit", Function = "function", Command = "command", Cancel = "cancel", Error = "error", Note = "note";
}

internal static class StatementOutcome
{
    /// <summary>Skipped: the server passed over it, for one before it failed. Unfinished: the connection ended first. Unknown: its answer was not followed.</summary>
    public const string Done = "done", Failed = "failed", Suspended = "suspended", Skipped = "skipped", Running = "running", Unfinished = "unfinished", Unknown = "unknown";
}

[JsonSerializable(typeof(StatementRecord))]
internal sealed partial class StatementJsonContext : JsonSerializerContext
{
    // Quotes are most of what SQL has: they need no escape outside of HTML.
    public static StatementJsonContext Readable { get; } = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });
}
