using System.Buffers;
using System.Text;
using System.Text.Json;
using Postern.Protocol.Recordings;
using Postern.Protocol.Recordings.Exports;

namespace Postern.Tests.Recordings.Exports;

public sealed class RecordingExportTests
{
    private static readonly RecordingFacts Facts = new() { SessionId = "anna-1", Node = "mi-1", Kind = "shell", StartedAt = 1_767_225_600_000 };

    [Fact]
    public void An_asciicast_has_its_size_first_and_whole_characters_only()
    {
        var lines = Export("asciicast", (RecordingEventKind.Resize, 100, "120x40"u8.ToArray()), (RecordingEventKind.Output, 1_500_000, [.. "h\u001b[1m"u8, 0xc3]), (RecordingEventKind.Output, 1_600_000, [0xa4, 0xff]),
            (RecordingEventKind.Input, 1_700_000, "x\r"u8.ToArray()), (RecordingEventKind.Resize, 2_000_000, "100x30"u8.ToArray()), (RecordingEventKind.Gap, 3_000_000, """{"messages":2,"reason":"The disk was full."}"""u8.ToArray()),
            (RecordingEventKind.Flow, 3_000_000, "{}"u8.ToArray())).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var header = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal((2, 120, 40, 1_767_225_600L), (header.GetProperty("version").GetInt32(), header.GetProperty("width").GetInt32(), header.GetProperty("height").GetInt32(), header.GetProperty("timestamp").GetInt64()));
        Assert.Equal(["1.5 o h\u001b[1m", "1.6 o \u00e4\ufffd", "1.7 i x\r", "2 r 100x30", "3 m gap: The disk was full."], lines.Skip(1).Select(line => JsonDocument.Parse(line).RootElement).Select(line => $"{line[0]} {line[1]} {line[2]}"));
    }

    [Fact]
    public void An_asciicast_waits_for_a_size_that_the_first_output_overtook_and_not_for_ever()
    {
        var late = Export("asciicast", (RecordingEventKind.Output, 900_000, "$ "u8.ToArray()), (RecordingEventKind.Resize, 950_000, "100x30"u8.ToArray()), (RecordingEventKind.Output, 1_900_000, "hi"u8.ToArray()));
        Assert.Contains("\"width\":100,\"height\":30", late);
        Assert.EndsWith("[0.9,\"o\",\"$ \"]\n[1.9,\"o\",\"hi\"]\n", late);
        var never = Export("asciicast", (RecordingEventKind.Output, 900_000, "$ "u8.ToArray()), (RecordingEventKind.Output, 5_000_000, "hi"u8.ToArray()), (RecordingEventKind.Resize, 6_000_000, "100x30"u8.ToArray()));
        Assert.Contains("\"width\":80,\"height\":24", never);
        Assert.EndsWith("[6,\"r\",\"100x30\"]\n", never);
    }

    [Fact]
    public void Raw_is_what_was_shown_byte_for_byte()
    {
        byte[] noise = [0, 255, 128, 27, 10];
        var output = new ArrayBufferWriter<byte>();
        var export = RecordingExport.Create("raw", Facts)!;
        export.Write(new RecordingEvent { Kind = RecordingEventKind.Output, Body = noise }, output);
        export.Write(new RecordingEvent { Kind = RecordingEventKind.Input, Body = noise }, output);
        export.End(null, output);
        Assert.Equal(noise, output.WrittenSpan.ToArray());
    }

    [Fact]
    public void Json_lines_have_every_event_and_lose_no_byte()
    {
        var lines = Export("jsonl", (RecordingEventKind.Output, 1_000_000, "h\u00e4"u8.ToArray()), (RecordingEventKind.Output, 2_000_000, [0xff, 0x00]), (RecordingEventKind.Statement, 3_000_000, """{"text":"SELECT 1"}"""u8.ToArray()))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["recording", "output", "output", "statement", "end"], lines.Select(line => line.GetProperty("kind").GetString()));
        Assert.Equal(("anna-1", "h\u00e4", "/wA=", "SELECT 1"), (lines[0].GetProperty("data").GetProperty("sessionId").GetString(), lines[1].GetProperty("text").GetString(),
            lines[2].GetProperty("base64").GetString(), lines[3].GetProperty("data").GetProperty("text").GetString()));
        Assert.Equal("2026-01-01T00:00:02.0000000+00:00", lines[2].GetProperty("time").GetString());
    }

    [Fact]
    public void Text_has_the_lines_that_were_seen_with_their_times()
        => Assert.Equal("[00:00:01.000] $ ls -l\n[00:01:01.500] file\n[00:01:01.500] $\n", Export("text", (RecordingEventKind.Output, 500_000, "$ ls\b\bls -l"u8.ToArray()),
            (RecordingEventKind.Output, 1_000_000, "\r\n"u8.ToArray()), (RecordingEventKind.Output, 61_500_000, "\u001b[31mfile\u001b[0m\r\n$ "u8.ToArray())));

    [Theory]
    [InlineData(RecordingEventKind.Flow, """{"event":"opened","connection":1,"host":"db","port":5432}""", "#1 opened to db:5432")]
    [InlineData(RecordingEventKind.Flow, """{"event":"opened","connection":1,"host":"db","port":5432,"reason":"It was open before."}""", "#1 opened to db:5432: It was open before.")]
    [InlineData(RecordingEventKind.Flow, """{"event":"closed","connection":2,"host":"db","port":5432,"lasted":63679,"toNode":1,"toClient":2445}""", "#2 closed after 63.679 ms, 1 byte to the node, 2445 to the client")]
    [InlineData(RecordingEventKind.Flow, """{"event":"closed","connection":2,"lasted":90061000000,"toNode":2,"toClient":0,"reason":"reset\u001b[31m"}""", "#2 closed after 25:01:01, 2 bytes to the node, 0 to the client: reset [31m")]
    [InlineData(RecordingEventKind.Gap, """{"from":"agent","messages":3,"reason":"They never came."}""", "gap of 3 messages of the agent: They never came.")]
    [InlineData(RecordingEventKind.Gap, """{"messages":1,"reason":"The disk did not take them."}""", "gap of 1 message: The disk did not take them.")]
    [InlineData(RecordingEventKind.Gap, """{"from":"","messages":0,"reason":"Unknown."}""", "gap: Unknown.")]
    [InlineData(RecordingEventKind.Note, """{"text":"The command ended with exit code 3.","exitCode":3}""", "The command ended with exit code 3.")]
    [InlineData(RecordingEventKind.Flow, """{"event":"paused","connection":1}""", """{"event":"paused","connection":1}""")]
    [InlineData(RecordingEventKind.Note, "no json\n", "no json ")]
    [InlineData(RecordingEventKind.Gap, "null", "null")]
    public void Text_tells_of_connections_gaps_and_notes_in_a_sentence(RecordingEventKind kind, string body, string line)
        => Assert.Equal($"[00:00:01.000] {line}\n", Export("text", (kind, 1_000_000, Encoding.UTF8.GetBytes(body))));

    private static string Export(string name, params (RecordingEventKind Kind, long Time, byte[] Body)[] events)
    {
        var output = new ArrayBufferWriter<byte>();
        var export = RecordingExport.Create(name, Facts)!;
        foreach (var (kind, time, body) in events)
            export.Write(new RecordingEvent { Kind = kind, Time = time, Body = body }, output);
        export.End(new RecordingEnd { EndedAt = 1 }, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
