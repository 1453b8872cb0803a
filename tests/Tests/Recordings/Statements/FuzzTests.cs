using System.Text.Json;
using Postern.Server.Recordings.Statements;

namespace Postern.Tests.Recordings.Statements;

/// <summary>Streams that no program would send. What is decoded of them is of no interest: that it ends well is.</summary>
public sealed class FuzzTests
{
    private const int Rounds = 10_000;

    [Fact]
    public void Mutated_streams_never_break_the_decoder_and_cuts_change_nothing_in_what_it_says()
    {
        var captures = Capture.Names.Select(row => Capture.Load(row.Data)).ToList();
        var random = new Random(20_240_229);
        for (var round = 0; round < Rounds; round++)
        {
            var mutated = Mutate(captures[round % captures.Count], captures[random.Next(captures.Count)], random);
            var records = mutated.Decode();
            Assert.DoesNotContain(records, record => record.Reason?.StartsWith(StatementDecoder.FaultReason) == true);
            Assert.All(records, record => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(record.ToJson()).RootElement.ValueKind));
            Assert.Equal(Lines(records), mutated.Cut(random, longest: random.Next(1, 40)).Lines());
        }
    }

    private static List<string> Lines(List<StatementRecord> records) => [.. records.Select(record => System.Text.Encoding.UTF8.GetString(record.ToJson()))];

    private static Capture Mutate(Capture original, Capture other, Random random)
    {
        var mutated = new Capture();
        mutated.Pieces.AddRange(original.Pieces.Select(piece => piece with { Bytes = [.. piece.Bytes] }));
        for (var count = random.Next(1, 6); count > 0; count--)
        {
            var at = random.Next(mutated.Pieces.Count);
            var piece = mutated.Pieces[at];
            switch (random.Next(7))
            {
                case 0 or 1:
                    piece.Bytes[random.Next(piece.Bytes.Length)] = (byte)random.Next(256);
                    break;
                case 2:
                    piece.Bytes[random.Next(piece.Bytes.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case 3 when mutated.Pieces.Count > 1:
                    mutated.Pieces.RemoveAt(at);
                    break;
                case 4:
                    mutated.Pieces.Insert(at, other.Pieces[random.Next(other.Pieces.Count)] with { Time = piece.Time });
                    break;
                case 5 when piece.Bytes.Length > 1:
                    mutated.Pieces[at] = piece with { Bytes = piece.Bytes[..random.Next(1, piece.Bytes.Length)] };
                    break;
                default:
                    mutated.Pieces[at] = piece with { FromServer = !piece.FromServer };
                    break;
            }
        }
        return mutated;
    }
}
