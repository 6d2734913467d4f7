// What the operations API of the original does not do: several tables in one transaction, and values told apart that JSON and CBOR write alike.
const describe = (value) => {
	if (value === undefined) return 'undefined';
	if (value === null) return 'null';
	if (typeof value === 'bigint') return `bigint ${value}`;
	if (typeof value === 'number') return `number ${value}`;
	if (typeof value === 'string') return `string ${value}`;
	if (typeof value === 'boolean') return `boolean ${value}`;
	if (value instanceof Date) return `date ${value.getTime()}`;
	if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
	if (Array.isArray(value)) return value.map(describe);
	const object = {};
	for (const name in value) if (typeof value[name] !== 'function') object[name] = describe(value[name]);
	return object;
};

export class exact extends Resource {
	async post(data) {
		const { database, table, id } = await data;
		const record = await databases[database][table].get(id);
		return record ? describe(record.toJSON ? record.toJSON() : record) : null;
	}
}

export class both extends Resource {
	async post(data) {
		const { n } = await data;
		const context = this.getContext();
		tables.left.put({ id: '1', n }, context);
		await tables.right.put({ id: '1', n }, context);
		return { n };
	}
}

export class several extends Resource {
	async post(data) {
		const { table, put, remove } = await data;
		const context = this.getContext();
		for (const record of put) await tables[table].put(record, context);
		for (const id of remove) await tables[table].delete(id, context);
		return { done: put.length + remove.length };
	}
}
