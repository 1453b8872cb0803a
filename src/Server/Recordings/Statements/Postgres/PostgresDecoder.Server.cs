using System.Globalization;
using System.Text;

namespace Postern.Server.Recordings.Statements.Postgres;

internal sealed partial class PostgresDecoder
{
    /// <summary>Rows and bytes since the last command was complete.</summary>
    private long _rows, _copied;
    private bool _copyIn;

    private void Answered(PostgresMessage message, long time)
    {
        switch (message.Type)
        {
            case (byte)'K':
                _process = new FieldReader(message.Kept).Int32();
                break;
            case (byte)'S':
                Reported(message);
                break;
            case (byte)'Z':
                Ready(message, time);
                break;
            case (byte)'1' when Take(StepKind.Parse, time) is { } parse:
                Prepare(_names, parse, time);
                break;
            case (byte)'2' when Take(StepKind.Bind, time) is { } bind:
                _names.Bind(bind.Name, bind.Source, bind.Parameters);
                break;
            case (byte)'3' when Take(StepKind.Close, time) is { } close:
                _names.Close(close.IsPortal, close.Name);
                break;
            case (byte)'T' or (byte)'n' when Head()?.Kind == StepKind.Describe:
                _waiting.Dequeue();
                break;
            case (byte)'C' or (byte)'I' or (byte)'s':
                Completed(message, time);
                break;
            case (byte)'G' or (byte)'W':
                CopyBegins();
                break;
            case (byte)'E':
                Failed(message, time);
                break;
        }
    }

    private PostgresStep? Head()
    {
        while (_waiting.TryPeek(out var head))
        {
            if (head.Kind != StepKind.CopyEnd)
                return head;
            _waiting.Dequeue();
        }
        return null;
    }

    private PostgresStep? Take(StepKind kind, long time)
    {
        if (Head()?.Kind == kind)
            return _waiting.Dequeue();
        GoBlind(time, $"the server's answers do not fit what was asked ({kind})");
        return null;
    }

    // ParameterStatus: name, 0, value, 0
    private void Reported(PostgresMessage message)
    {
        var fields = new FieldReader(message.Kept);
        if (fields.ZeroTerminated().SequenceEqual("application_name"u8))
            journal.Application = SqlText.Name(fields.ZeroTerminated());
    }

    // ReadyForQuery: state of the transaction (1)
    private void Ready(PostgresMessage message, long time)
    {
        var state = message.Kept is [var letter] ? letter : (byte)0;
        journal.Transaction = state switch { (byte)'I' => "none", (byte)'T' => "open", (byte)'E' => "failed", _ => null };
        if (state == 'I')
            _names.ClosePortals();
        if (!_connected)
        {
            _connected = true;
            journal.Connected(_startedAt, time, _process);
            if (_process is { } process)
                backends.Add(destination, process, journal.Connection);
            return;
        }
        _copyIn = false;
        while (_waiting.TryDequeue(out var step))
        {
            if (step.Kind is StepKind.Query or StepKind.Function)
            {
                if (step.Statement is { } statement)
                {
                    Count(statement, null);
                    journal.End(statement, time);
                }
                break;
            }
            if (step.Kind == StepKind.Sync)
                break;
            Apply(_names, step, time, StatementOutcome.Unknown);
        }
        (_rows, _copied) = (0, 0);
    }

    // CommandComplete: tag, 0. EmptyQueryResponse, PortalSuspended: nothing
    private void Completed(PostgresMessage message, long time)
    {
        if (Head() is not { Kind: StepKind.Query or StepKind.Execute } head)
        {
            GoBlind(time, "the server's answers do not fit what was asked");
            return;
        }
        var tag = message.Type == 'C' ? Encoding.UTF8.GetString(message.Kept.TrimEnd((byte)0)) : null;
        _copyIn = false;
        if (head.Kind == StepKind.Execute)
        {
            _waiting.Dequeue();
            var statement = head.Statement ?? Resolve(_names, head);
            Count(statement, tag);
            journal.End(statement, time, message.Type == 's' ? StatementOutcome.Suspended : StatementOutcome.Done);
        }
        else if (head.Statement is { } statement)
            Count(statement, tag);
        (_rows, _copied) = (0, 0);
        if (tag is "DISCARD ALL" or "DEALLOCATE ALL")
            _names.Clear();
    }

    /// <summary>A tag ends with the number of rows where there is one: <c>INSERT 0 5</c>.</summary>
    private void Count(Statement statement, string? tag)
    {
        if (tag is not null)
            statement.AddCommand(tag);
        if (tag is not null && long.TryParse(tag.AsSpan(tag.LastIndexOf(' ') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var rows))
            statement.AddRows(rows);
        else if (_rows > 0)
            statement.AddRows(_rows);
        if (_copied > 0)
            statement.AddCopied(_copied);
        (_rows, _copied) = (0, 0);
    }

    /// <summary>The connection ends: what came belongs to the first that waits.</summary>
    private void CountData()
    {
        if (_rows + _copied == 0 || Head() is not { Kind: StepKind.Query or StepKind.Execute } head)
            return;
        if (head.Kind == StepKind.Execute)
            head.Statement ??= Resolve(_names, head);
        if (head.Statement is { } statement)
            Count(statement, null);
    }

    /// <summary>The server reads data now. A Sync before the data's end is never answered.</summary>
    private void CopyBegins()
    {
        _copyIn = true;
        var ended = false;
        for (var left = _waiting.Count; left > 0; left--)
        {
            var step = _waiting.Dequeue();
            if (step.Kind == StepKind.CopyEnd && !ended)
                (ended, _copyIn) = (true, false);
            else if (step.Kind != StepKind.Sync || ended)
                _waiting.Enqueue(step);
        }
    }

    // ErrorResponse: fields, each a letter (1), text, 0; ended by a zero
    private void Failed(PostgresMessage message, long time)
    {
        string code = "", text = "";
        var fields = new FieldReader(message.Kept);
        while (fields.Byte() is var field and not 0)
        {
            var value = fields.ZeroTerminated();
            if (field == 'C')
                code = SqlText.Message(value);
            else if (field == 'M')
                text = SqlText.Message(value);
        }
        _copyIn = false;
        if (!_connected)
        {
            _refused = true;
            journal.NotConnected(_startedAt, time, StatementOutcome.Failed, code, text);
            return;
        }
        switch (Head())
        {
            case null:
                journal.Error(time, code, text);
                break;
            case { Kind: StepKind.Query or StepKind.Function } head when head.Statement is { } statement:
                Count(statement, null);
                statement.Fail(code, text);
                break;
            case { Kind: StepKind.Query or StepKind.Function }:
                journal.Error(time, code, text);
                break;
            case { Kind: StepKind.Sync }:
                var commit = journal.Begin(StatementKind.Commit, null, time);
                commit.Fail(code, text);
                journal.End(commit, time);
                break;
            case { } head:
                _waiting.Dequeue();
                FailStep(head, code, text, time);
                SkipToSync(head, time);
                break;
        }
        (_rows, _copied) = (0, 0);
    }

    private void FailStep(PostgresStep step, string code, string text, long time)
    {
        var statement = step.Kind switch
        {
            StepKind.Execute => step.Statement ?? Resolve(_names, step),
            StepKind.Bind => journal.Begin(StatementKind.Bind, _names.Statement(step.Source)?.Text, step.Time, step.Source is { Length: > 0 } source ? source : null, step.Parameters),
            StepKind.Parse => step.Statement,
            _ => journal.Begin(StatementKind.Describe, (step.IsPortal ? _names.Portal(step.Name)?.Prepared : _names.Statement(step.Name))?.Text, step.Time),
        };
        if (statement is null)
        {
            journal.Error(time, code, text);
            return;
        }
        if (step.Kind == StepKind.Execute)
            Count(statement, null);
        statement.Fail(code, text);
        journal.End(statement, time);
    }

    private void SkipToSync(PostgresStep failed, long time)
    {
        _skipping = true;
        // What is skipped means what failed, not what had its name before.
        _skippedNames ??= new(journal.Memory, _names);
        _skippedNames.Clear();
        if (failed.Kind == StepKind.Parse)
            _skippedNames.TryPrepare(failed.Name, failed.Statement?.Text);
        else if (failed.Kind == StepKind.Bind)
            _skippedNames.Bind(failed.Name, failed.Source, failed.Parameters);
        while (Head() is { } head)
        {
            if (head.Kind == StepKind.Sync)
            {
                EndSkipping(head);
                return;
            }
            Skip(_waiting.Dequeue(), time);
        }
    }
}
