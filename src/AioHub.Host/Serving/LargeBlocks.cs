using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace AioHub.Host.Serving;

/// <summary>Memory for Kestrel in 64 KB blocks instead of 4 KB: a large prompt takes a sixteenth of the reads. Blocks are kept up to a bound.</summary>
internal sealed class LargeBlockPoolFactory : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new LargeBlockPool();
}

internal sealed class LargeBlockPool : MemoryPool<byte>
{
    private const int BlockBytes = 64 * 1024;

    /// <summary>16 MB at most stay behind after a burst.</summary>
    private const int MostKept = 256;

    private readonly ConcurrentQueue<Block> _kept = new();
    private int _count;
    private volatile bool _disposed;

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (_kept.TryDequeue(out var block))
        {
            Interlocked.Decrement(ref _count);
            return block;
        }

        return new Block(this);
    }

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _kept.Clear();
    }

    private void Return(Block block)
    {
        if (!_disposed && Volatile.Read(ref _count) < MostKept)
        {
            Interlocked.Increment(ref _count);
            _kept.Enqueue(block);
        }
    }

    private sealed class Block(LargeBlockPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);

        public Memory<byte> Memory => _bytes;

        public void Dispose() => pool.Return(this);
    }
}
