// The peers in Node: `node node_peers.js TOOL FOLDER`. The same lines of JSON as in loop.py.
const began = performance.now();
const fs = require('fs');
const path = require('path');
const readline = require('readline');

const [tool, folder] = process.argv.slice(2);

const TOOLS = {
  docxtemplater() {
    const PizZip = require('pizzip');
    const Docxtemplater = require('docxtemplater');
    const template = fs.readFileSync(path.join(folder, 'docxtemplater.docx'));
    return async (data) => {
      const document = new Docxtemplater(new PizZip(template), { paragraphLoop: true, linebreaks: true });
      document.render(data);
      return document.toBuffer
        ? document.toBuffer()
        : document.getZip().generate({ type: 'nodebuffer', compression: 'DEFLATE' });
    };
  },
  carbone() {
    const carbone = require('carbone');
    const template = path.resolve(folder, 'carbone.docx');
    return (data) =>
      new Promise((done, fail) => carbone.render(template, data, (error, made) => (error ? fail(error) : done(made))));
  },
  'fill-pdf-lib'() {
    const { PDFDocument } = require('pdf-lib');
    const form = fs.readFileSync(path.join(folder, 'form.pdf'));
    return async (values) => {
      const document = await PDFDocument.load(form);
      const fields = document.getForm();
      for (const [name, value] of Object.entries(values)) {
        if (value === true) fields.getCheckBox(name).check();
        else if (value === false) fields.getCheckBox(name).uncheck();
        else fields.getTextField(name).setText(value);
      }
      return document.save();
    };
  },
};

async function main() {
  const make = TOOLS[tool]();
  const ending = tool.startsWith('fill') ? 'pdf' : 'docx';
  const setUp = performance.now() - began;
  let first = 0;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    const cases = JSON.parse(fs.readFileSync(request.cases, 'utf8'));
    const ms = [];
    const sizes = [];
    for (const [index, data] of cases.entries()) {
      const start = performance.now();
      const made = await make(data);
      const end = performance.now();
      ms.push(end - start);
      first = first || setUp + end - start;
      sizes.push(made.length);
      if (request.out) fs.writeFileSync(path.join(request.out, `${String(index).padStart(4, '0')}.${ending}`), made);
    }
    console.log(JSON.stringify({ ms, sizes, first_ms: first, peak_mb: process.resourceUsage().maxRSS / 1024 }));
  }
}

main().then(() => process.exit(0), (error) => {
  console.error(error.message, JSON.stringify(error.properties || {}).slice(0, 500));
  process.exit(1);
});
