using System.Globalization;

namespace Postern.Server.Recordings.Statements.MySql;

internal sealed partial class MySqlDecoder
{
    /// <summary>What comes next from the server. First: the first packet of an answer, or of the next result of one.</summary>
    private enum Reply { First, Columns, ColumnsEnd, Rows, PreparedParameters, PreparedParametersEnd, PreparedColumns, PreparedColumnsEnd, Fields, LocalFile, Stream }

    private const byte OkHeader = 0, EndHeader = 0xFE, LocalFileHeader = 0xFB;
    private const int LongestEnd = 8, LongestOk = 0xFFFFFE;

    private Reply _reply;
    private int _left, _preparedColumns;
    private long _rows;

    private void Answered(MySqlPacket packet, long time)
    {
        if (_reply == Reply.Stream)
            return;
        if (Head() is not { } head)
        {
            Unasked(packet, time);
            return;
        }
        if (_reply == Reply.First && head.Command == MySqlCommand.StmtFetch)
            Expect(Reply.Rows);
        if (packet.First == MySqlError.Header && packet.Length > 2)
            Failed(head, MySqlError.Read(packet.Kept), time);
        else
            switch (_reply)
            {
                case Reply.First:
                    First(head, packet, time);
                    break;
                case Reply.Columns when --_left == 0:
                    Expect(Agreed(MySqlCapabilities.DeprecateEof) ? Reply.Rows : Reply.ColumnsEnd);
                    break;
                case Reply.ColumnsEnd:
                    ColumnsEnd(head, packet, time);
                    break;
                case Reply.Rows:
                    Row(head, packet, time);
                    break;
                case Reply.PreparedParameters when --_left == 0:
                    AfterParameters(head, ended: Agreed(MySqlCapabilities.DeprecateEof));
                    break;
                case Reply.PreparedParametersEnd:
                    AfterParameters(head, ended: true);
                    break;
                case Reply.PreparedColumns when --_left == 0:
                    if (Agreed(MySqlCapabilities.DeprecateEof))
                        Next();
                    else
                        Expect(Reply.PreparedColumnsEnd);
                    break;
                case Reply.PreparedColumnsEnd:
                    Next();
                    break;
                case Reply.Fields when packet.First == EndHeader && packet.Length <= LongestEnd:
                    Next();
                    break;
                case Reply.LocalFile:
                    Expect(Reply.First);
                    First(head, packet, time);
                    break;
            }
    }

    /// <summary>The first packet of an answer: what it is depends on what was asked.</summary>
    private void First(MySqlStep head, MySqlPacket packet, long time)
    {
        switch (head.Command)
        {
            case MySqlCommand.Query or MySqlCommand.ProcessInfo or MySqlCommand.StmtExecute or MySqlCommand.StmtBulkExecute:
                Result(head, packet, time);
                break;
            case MySqlCommand.StmtPrepare:
                Prepared(head, packet, time);
                break;
            case MySqlCommand.FieldList:
                if (packet.First == EndHeader && packet.Length <= LongestEnd)
                    Next();
                else
                    Expect(Reply.Fields);
                break;
            case MySqlCommand.ChangeUser:
                if (packet.First == OkHeader)
                    UserChanged(head, packet, time);
                break;
            case MySqlCommand.BinlogDump or MySqlCommand.BinlogDumpGtid:
                Finish(head, time);
                journal.Note(time, "the connection replicates: what is replicated is not recorded");
                Expect(Reply.Stream);
                break;
            default:
                Single(head, packet, time);
                break;
        }
    }

    private void Result(MySqlStep head, MySqlPacket packet, long time)
    {
        if (head.IsExecution)
            head.Statement ??= Resolve(head);
        if (packet.First == OkHeader)
        {
            var ok = MySqlOk.Read(packet.Kept, _capabilities);
            Told(ok);
            if (ok.Database is null && !Agreed(MySqlCapabilities.SessionTrack))
                UsedByText(head.Statement?.Text);
            head.Statement?.AddRows(ok.Rows);
            EndResult(head, ok.Status, time);
        }
        else if (packet.First == LocalFileHeader)
        {
            (_localFile, _client.Keep) = (true, 0);
            Expect(Reply.LocalFile);
        }
        else
        {
            var fields = new FieldReader(packet.Kept);
            var columns = fields.LengthEncoded();
            var described = !Agreed(MySqlCapabilities.MariaDbCacheMetadata) || fields.Byte() != 0;
            if (fields.Failed || columns is 0 or > ushort.MaxValue)
            {
                Stop(time, "the server's answer cannot be read");
                return;
            }
            _left = described ? (int)columns : 0;
            Expect(described ? Reply.Columns : Agreed(MySqlCapabilities.DeprecateEof) ? Reply.Rows : Reply.ColumnsEnd);
        }
    }

    private void ColumnsEnd(MySqlStep head, MySqlPacket packet, long time)
    {
        var status = MySqlOk.StatusOfEnd(packet.Kept);
        if (packet.First != EndHeader)
            Stop(time, "the server's answer cannot be read");
        else if ((status & MySqlStatus.CursorExists) != 0)
            EndResult(head, status, time); // rows are fetched later
        else
            Expect(Reply.Rows);
    }

    private void Row(MySqlStep head, MySqlPacket packet, long time)
    {
        var ok = Agreed(MySqlCapabilities.DeprecateEof);
        if (packet.First != EndHeader || packet.Length > (ok ? LongestOk : LongestEnd))
        {
            _rows++;
            return;
        }
        if (head.IsExecution)
            head.Statement ??= Resolve(head);
        head.Statement?.AddRows(0);
        CountRows(head.Statement);
        var status = MySqlOk.StatusOfEnd(packet.Kept);
        // MariaDB ends what is fetched with an EOF even where an OK was agreed on: that one is never so short.
        if (ok && packet.Length > 5)
        {
            var end = MySqlOk.Read(packet.Kept, _capabilities);
            Told(end);
            status = end.Status;
        }
        EndResult(head, status, time);
    }

    private void EndResult(MySqlStep head, MySqlStatus status, long time)
    {
        journal.Transaction = (status & MySqlStatus.InTransaction) != 0 ? "open" : "none";
        head.Statement?.AddCommand(null);
        if ((status & MySqlStatus.MoreResults) != 0)
            Expect(Reply.First);
        else
            Finish(head, time);
    }

    // 0 (1), number (4), columns (2), parameters (2), …
    private void Prepared(MySqlStep head, MySqlPacket packet, long time)
    {
        var fields = new FieldReader(packet.Kept);
        fields.Byte();
        var id = fields.UInt32Little();
        _preparedColumns = fields.UInt16Little();
        _left = fields.UInt16Little();
        if (fields.Failed || packet.First != OkHeader)
        {
            Stop(time, "the server's answer cannot be read");
            return;
        }
        _lastPrepared = new(head.Statement?.Text, _left);
        if (head.Statement is { } statement)
        {
            if (_prepared.TryAdd(id, _lastPrepared))
                journal.Release(statement);
            else
                journal.End(statement, time);
            head.Statement = null;
        }
        else
            _prepared.Remove(id);
        if (_left > 0)
            Expect(Reply.PreparedParameters);
        else
            AfterParameters(head, ended: true);
    }

    private void AfterParameters(MySqlStep head, bool ended)
    {
        _left = _preparedColumns;
        if (!ended)
            Expect(Reply.PreparedParametersEnd);
        else if (_left > 0)
            Expect(Reply.PreparedColumns);
        else
            Next();
    }

    private void UserChanged(MySqlStep head, MySqlPacket packet, long time)
    {
        (journal.User, journal.Database) = (head.Login.User, head.Login.Database);
        Forget();
        Told(MySqlOk.Read(packet.Kept, _capabilities));
        journal.Connected(head.Time, time, _process);
        Next();
    }

    /// <summary>One packet is the whole answer.</summary>
    private void Single(MySqlStep head, MySqlPacket packet, long time)
    {
        if (packet.First == OkHeader && packet.Length > 0)
            Told(MySqlOk.Read(packet.Kept, _capabilities));
        if (head.Command == MySqlCommand.InitDb)
            journal.Database = head.Login.Database;
        else if (head.Command == MySqlCommand.ResetConnection)
            Forget();
        Finish(head, time);
    }

    private void Failed(MySqlStep head, MySqlError error, long time)
    {
        if (error.Number == MySqlError.Progress)
            return;
        if (head.IsExecution)
            head.Statement ??= Resolve(head);
        CountRows(head.Statement);
        if (head.Command == MySqlCommand.ChangeUser)
        {
            (journal.User, journal.Database) = (head.Login.User, head.Login.Database);
            journal.NotConnected(head.Time, time, StatementOutcome.Failed, error.Code, error.Message);
        }
        else if (head.Command == MySqlCommand.StmtPrepare)
            _lastPrepared = null;
        head.Statement?.Fail(error.Code, error.Message);
        Finish(head, time);
    }

    /// <summary>A server says why it ends the connection. Anything else nobody asked for cannot be followed.</summary>
    private void Unasked(MySqlPacket packet, long time)
    {
        if (packet.First == MySqlError.Header && MySqlError.Read(packet.Kept) is var error)
            journal.Error(time, error.Code, error.Message);
        else
            Stop(time, string.Create(CultureInfo.InvariantCulture, $"the server sent a packet of {packet.Length} bytes that answers nothing"));
    }

    private void Finish(MySqlStep head, long time)
    {
        if (head.Statement is { } statement)
            journal.End(statement, time);
        Next();
    }

    private void Next()
    {
        _waiting.Dequeue();
        Expect(Reply.First);
    }

    private void Expect(Reply reply)
    {
        _reply = reply;
        _server.Rows = reply == Reply.Rows;
        if (reply == Reply.First)
            _rows = 0;
    }

    private void Told(MySqlOk ok)
    {
        journal.Transaction = (ok.Status & MySqlStatus.InTransaction) != 0 ? "open" : "none";
        if (ok.Database is not null)
            journal.Database = ok.Database;
    }

    private void CountRows(Statement? statement)
    {
        if (_rows > 0)
            statement?.AddRows(_rows);
        _rows = 0;
    }

    private void UsedByText(SqlText? text)
    {
        if (text is { Text: var words } && words.TrimStart().StartsWith("use ", StringComparison.OrdinalIgnoreCase) && words.Length <= StatementLimits.Name)
            journal.Database = words.Trim()[4..].Trim().TrimEnd(';').Trim().Trim('`');
    }

    private void Forget()
    {
        _prepared.Clear();
        _lastPrepared = null;
    }
}
