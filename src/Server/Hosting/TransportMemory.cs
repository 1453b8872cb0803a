using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Postern.Server.Hosting;

/// <summary>
/// Memory of connections in blocks that hold a whole TLS record. With Kestrel's own, of 4 KiB, a message of 64 KiB is taken from the
/// kernel in 17 calls. Connections without data hold no block.
/// </summary>
internal sealed class TransportMemory : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new BlockPool();

    /// <summary>Pinned blocks of one size. Some stay for the next user; the rest is left to the garbage collector.</summary>
    private sealed class BlockPool : MemoryPool<byte>
    {
        private const int BlockSize = 32 * 1024;
        /// <summary>16 MiB: what a few hundred busy connections use at a time.</summary>
        private const int MaxKept = 512;

        private readonly ConcurrentQueue<Block> _free = new();
        private int _kept;

        public override int MaxBufferSize => BlockSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
            if (!_free.TryDequeue(out var block))
                return new Block(this);
            Interlocked.Decrement(ref _kept);
            block.Take();
            return block;
        }

        protected override void Dispose(bool disposing) => _free.Clear();

        private void Return(Block block)
        {
            if (Interlocked.Increment(ref _kept) <= MaxKept)
                _free.Enqueue(block);
            else
                Interlocked.Decrement(ref _kept);
        }

        private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
        {
            private int _returned;

            public Memory<byte> Memory { get; } = MakeMemory();

            public void Take() => Volatile.Write(ref _returned, 0);

            public void Dispose()
            {
                if (Interlocked.Exchange(ref _returned, 1) == 0)
                    pool.Return(this);
            }

            private static Memory<byte> MakeMemory() => System.Runtime.InteropServices.MemoryMarshal.CreateFromPinnedArray(
                GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true), 0, BlockSize);
        }
    }
}
