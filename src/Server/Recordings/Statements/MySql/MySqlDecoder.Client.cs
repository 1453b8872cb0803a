using System.Globalization;
using System.Text;

namespace Postern.Server.Recordings.Statements.MySql;

internal sealed partial class MySqlDecoder
{
    private const int CommandKeep = StatementLimits.Text + 4096;

    /// <summary>MariaDB: the statement prepared last, so that one can be executed before its number is known.</summary>
    private const uint LastPrepared = 0xFFFFFFFF;

    /// <summary>What comes from the client is a file that LOAD DATA LOCAL asked for, up to an empty packet.</summary>
    private bool _localFile;

    private void FileData(MySqlPacket packet)
    {
        if (packet.Length == 0)
            _localFile = false;
        else if (Head()?.Statement is { } statement)
            statement.AddCopied(packet.Length);
        _client.Keep = _localFile ? 0 : CommandKeep;
    }

    private void Asked(MySqlPacket packet, long time)
    {
        var command = (MySqlCommand)packet.First;
        var fields = new FieldReader(packet.Kept);
        fields.Byte();
        switch (command)
        {
            case MySqlCommand.Quit or MySqlCommand.StmtSendLongData:
                break;
            case MySqlCommand.Query:
                if (Agreed(MySqlCapabilities.QueryAttributes))
                    MySqlAttributes.Pass(ref fields);
                // Attributes that cannot be passed over: the whole is better than nothing.
                var text = fields.Failed ? packet.Kept[1..] : fields.Rest;
                Enqueue(Held(command, StatementKind.Query, SqlText.Of(text, packet.Length - (packet.Kept.Length - text.Length), SqlDialect.MySql), time), time);
                break;
            case MySqlCommand.StmtPrepare:
                Enqueue(Held(command, StatementKind.Prepare, SqlText.Of(fields.Rest, packet.Length - 1, SqlDialect.MySql), time), time);
                break;
            case MySqlCommand.StmtExecute or MySqlCommand.StmtBulkExecute or MySqlCommand.StmtFetch or MySqlCommand.StmtClose:
                Enqueue(new(command, time) { Id = fields.UInt32Little() }, time);
                break;
            case MySqlCommand.ChangeUser:
                Enqueue(new(command, time) { Login = MySqlLogin.ReadChange(packet.Kept, _capabilities) }, time);
                break;
            case MySqlCommand.InitDb:
                var database = SqlText.Name(fields.Rest);
                Enqueue(Held(command, StatementKind.Command, Words("INIT_DB", database), time, new(default, null, database, null)), time);
                break;
            case MySqlCommand.Ping or MySqlCommand.Statistics or MySqlCommand.FieldList or MySqlCommand.SetOption or MySqlCommand.Debug or MySqlCommand.ResetConnection or MySqlCommand.StmtReset:
                Enqueue(new(command, time), time);
                break;
            case MySqlCommand.CreateDb or MySqlCommand.DropDb:
                Enqueue(Held(command, StatementKind.Command, Words(command == MySqlCommand.CreateDb ? "CREATE_DB" : "DROP_DB", SqlText.Name(fields.Rest)), time), time);
                break;
            case MySqlCommand.ProcessKill:
                Enqueue(Held(command, StatementKind.Command, Words("PROCESS_KILL", fields.UInt32Little().ToString(CultureInfo.InvariantCulture)), time), time);
                break;
            default:
                Enqueue(Held(command, StatementKind.Command, Words(Enum.IsDefined(command) ? command.ToString() : $"0x{packet.First:x2}", null), time), time);
                break;
        }
    }

    private static SqlText Words(string command, string? rest)
    {
        var text = string.IsNullOrEmpty(rest) ? command : $"{command} {rest}";
        return new(text, Cut: false, Encoding.UTF8.GetByteCount(text), Secret: false);
    }

    private MySqlStep Held(MySqlCommand command, string kind, SqlText text, long time, MySqlLogin login = default)
    {
        var statement = journal.Begin(kind, text, time);
        return new(command, time) { Login = login, Statement = journal.Hold(statement) ? statement : null };
    }

    private void Enqueue(MySqlStep step, long time)
    {
        if (!_blind && _waiting.Count >= StatementLimits.Waiting)
            GoBlind(time, $"more than {StatementLimits.Waiting} commands wait for their answer");
        if (!_blind && !journal.Memory.Covers(ref _covered, (_waiting.Count + 1) * StatementLimits.WaitingMessage))
            GoBlind(time, "too much waits for an answer in all connections");
        if (_blind)
            Apply(step, time, StatementOutcome.Unknown);
        else
            _waiting.Enqueue(step);
    }

    /// <summary>The first that waits for an answer.</summary>
    private MySqlStep? Head()
    {
        while (_waiting.TryPeek(out var head))
        {
            if (head.Command != MySqlCommand.StmtClose)
                return head;
            _prepared.Remove(head.Id);
            _waiting.Dequeue();
        }
        return null;
    }

    /// <summary>Records a step that is not answered any more.</summary>
    private void Apply(MySqlStep step, long time, string outcome)
    {
        if (step.Command == MySqlCommand.StmtClose)
            _prepared.Remove(step.Id);
        else if (step.Command == MySqlCommand.ChangeUser)
        {
            (journal.User, journal.Database) = (step.Login.User, step.Login.Database);
            journal.NotConnected(step.Time, time, outcome, null, null);
        }
        else if (step.Command == MySqlCommand.StmtPrepare && step.Statement is { } preparing)
        {
            _lastPrepared = new(preparing.Text, null);
            journal.End(preparing, time, outcome);
        }
        else if ((step.IsExecution ? step.Statement ?? Resolve(step) : step.Statement) is { } statement)
            journal.End(statement, time, outcome);
    }

    /// <summary>What an execution executes, at its turn.</summary>
    private Statement Resolve(MySqlStep step)
    {
        var prepared = step.Id == LastPrepared ? _lastPrepared : _prepared[step.Id];
        var kind = step.Command == MySqlCommand.StmtFetch ? StatementKind.Fetch : StatementKind.Execute;
        return journal.Begin(kind, prepared?.Text, step.Time, step.Id == LastPrepared ? null : step.Id.ToString(CultureInfo.InvariantCulture), prepared?.Parameters);
    }
}
